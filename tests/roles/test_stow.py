"""STOW-RS and watched folders as roles: what they refuse to start with, and objects that come by them."""

import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from pathlib import Path
from ssl import create_default_context

import pytest
import trustme

from doseloop.model.errors import SetupError
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings
from doseloop.roles.ways_in import check_stow, watches_folders
from doseloop.simulate.day import objects
from tests.roles.installation import Installation, until


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "::", "doseloop.hospital.example"])
def test_tokens_do_not_pass_in_the_clear_unless_that_is_set(host: str) -> None:
    with pytest.raises(SetupError, match="in the clear"):
        check_stow(Settings(stow_host=host))
    check_stow(Settings(stow_host=host, stow_plain=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.3.2.1"])
def test_this_machine_alone_needs_no_tls(host: str) -> None:
    check_stow(Settings(stow_host=host))


def test_client_certificates_need_tls(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="https_certificate"):
        check_stow(Settings(stow_authorities=tmp_path / "ca.pem"))


@pytest.mark.parametrize("place", ["missing", "data", "data/inner", "."])
def test_a_watched_folder_that_cannot_be_watched_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "data" / "inner").mkdir(parents=True)
    with pytest.raises(SetupError, match="The watched folder"):
        watches_folders(Settings(watched_folders=[tmp_path / place]), DataFolder(tmp_path / "data"))


@pytest.mark.peers
def test_every_file_of_a_watched_folder_is_there_once_whatever_kills_its_role(tmp_path: Path) -> None:
    """Ten kills at random moments while files are laid there."""
    contents, export, chance = objects(120, seed=5), tmp_path / "export", random.Random(5)
    export.mkdir()
    quick = {"watched_settle_seconds": "0.1", "watched_every_seconds": "0.1"}
    with Installation(tmp_path / "data", watched_folders=f'["{export}"]', **quick) as installation:
        for number, content in enumerate(contents):
            (export / f"{number}.part").write_bytes(content)
            (export / f"{number}.part").rename(export / f"{number}.dcm")
            if number % 12 == 11:
                time.sleep(chance.uniform(0.0, 1.0))
                installation.kill("folders")
        until(lambda: not list(export.iterdir()), 60, "every file taken and removed")
        until(installation.idle, 60, "every object processed")
        rows = installation.ask("SELECT state, way_in, count(*) FROM store_doseobjectrow GROUP BY state, way_in")
    assert rows == [("read", "folder", len(contents))]


@contextmanager
def serving_over_tls(tmp_path: Path, role: str) -> Iterator[Installation]:
    """One role alone with a certificate for `localhost`; the issuer stands in `ca.pem`."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    ca.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    settings = {"https_certificate": str(tmp_path / "server.pem")}
    installation = Installation(tmp_path / "data", **settings)
    command = [sys.executable, "-m", "doseloop.cli", "serve", "--role", role]
    server = subprocess.Popen(command, env=installation.environment, stderr=subprocess.DEVNULL)
    try:
        yield installation
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.peers
def test_pages_over_tls_come_with_cookies_that_tls_alone_carries(tmp_path: Path) -> None:
    found: list[HTTPResponse] = []

    def asked(address: str) -> bool:
        context = create_default_context(cafile=str(tmp_path / "ca.pem"))
        with suppress(OSError), urllib.request.urlopen(address, timeout=5, context=context) as response:
            found.append(response)
        return bool(found)

    with serving_over_tls(tmp_path, "web") as installation:
        address = f"https://localhost:{installation.web_port}/accounts/login/"
        until(lambda: asked(address), 60, "the log-in page is shown over TLS")
        with pytest.raises(OSError, match=r"."):
            urllib.request.urlopen(address.replace("https", "http"), timeout=5)
    assert "Secure" in str(found[0].headers["Set-Cookie"])


@pytest.mark.peers
def test_a_role_that_cannot_run_as_it_is_set_says_so(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data", stow_host="0.0.0.0")
    command = [sys.executable, "-m", "doseloop.cli", "serve", "--role", "stow"]
    environment = {**os.environ, **installation.environment}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert "in the clear" in ended.stderr
