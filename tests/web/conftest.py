"""A department in a record of its own for the pages, and a real server over another for the browser."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")
os.environ.setdefault("DOSELOOP_DATA", tempfile.mkdtemp(prefix="doseloop-test-"))

import django
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

django.setup()

from doseloop.roles.data_folder import DataFolder
from doseloop.web.content_tree import set_provider
from doseloop.web.facts import the_facts
from tests.web.browser import PASSWORD, browser, chromium
from tests.web.record import Department, fill

REPOSITORY = Path(__file__).resolve().parents[2]


def use_folder(folder: Path) -> None:
    """Let models, settings and facts work on this data folder."""
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = str(folder / "record.sqlite3")
    settings.FOLDER = DataFolder(folder)
    the_facts.cache_clear()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[tuple[Path, Department]]:
    """A department, made once; tests get copies."""
    folder = tmp_path_factory.mktemp("department")
    before = settings.FOLDER.root
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock():
        use_folder(folder)
        call_command("migrate", verbosity=0)
        department = fill(exams=40)
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        use_folder(before)
    yield folder, department


@pytest.fixture
def department(made: tuple[Path, Department], tmp_path: Path, django_db_blocker: Any) -> Iterator[Department]:
    """A department of the test's own."""
    folder, department = made
    shutil.copy(folder / "record.sqlite3", tmp_path / "record.sqlite3")
    (tmp_path / "facts").mkdir()
    before = settings.FOLDER.root
    set_provider(department.trees.__getitem__)
    with django_db_blocker.unblock():
        use_folder(tmp_path)
        yield department
        use_folder(before)


@pytest.fixture
def signed_in(department: Department) -> Any:
    """`signed_in("viewer")`: a client whose account is signed in."""

    def sign_in(account: str) -> Client:
        from django.contrib.auth import get_user_model

        client = Client(headers={"host": "localhost"}, raise_request_exception=True)
        client.force_login(get_user_model().objects.get(username=account))
        return client

    return sign_in


@dataclass(frozen=True)
class Served:
    """A server over a department, and the keys of what it holds."""

    address: str
    keys: dict[str, int]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real server in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    paths = os.pathsep.join((str(REPOSITORY / "src"), str(REPOSITORY)))
    environment = {**os.environ, "DOSELOOP_DATA": str(tmp_path_factory.mktemp("served")), "PYTHONPATH": paths}
    log = (tmp_path_factory.mktemp("log") / "server").open("w")
    command = [sys.executable, "-m", "tests.web.server", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, cwd=REPOSITORY)
    assert server.stdout
    keys = json.loads(server.stdout.readline())
    address = f"http://localhost:{port}"
    _wait_for(port)
    yield Served(address, keys)
    server.terminate()
    server.wait(10)
    server.stdout.close()
    log.close()


def _wait_for(port: int) -> None:
    import time

    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")


@pytest.fixture(scope="session")
def opened() -> Iterator[Any]:
    """Chromium, for the whole run."""
    if chromium() is None:
        pytest.skip("no Chromium: set DOSELOOP_CHROMIUM or install Debian's package chromium")
    with browser() as found:
        yield found


@pytest.fixture
def page(opened: Any) -> Iterator[Any]:
    """A page on which any message of the console, dialog or error fails the test."""
    context = opened.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    found = context.new_page()
    said: list[str] = []
    found.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    found.on("pageerror", lambda error: said.append(f"error: {error}"))
    found.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    yield found
    context.close()
    assert said == []


__all__ = ["PASSWORD"]
