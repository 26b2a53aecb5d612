"""The web role opens kept objects without leaving them anywhere."""

import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from starlette.testclient import TestClient

from doseloop.access.scope import SYSTEM
from doseloop.reading.process import ReaderPool
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings
from doseloop.roles.web import application, in_memory, trees
from doseloop.store.models import DoseObjectRow
from doseloop.store.vault import Vault
from tests.facts.made import NOON, make_exam, make_scanner, make_site
from tests.reading.reports import ct_report, encode

SHA = "b" * 64


def test_an_opened_object_is_on_no_disk_and_another_process_reads_it() -> None:
    with in_memory(b"Canary^Name") as path:
        read = subprocess.run(
            [sys.executable, "-c", "import sys; print(open(sys.argv[1]).read())", str(path)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert read.stdout.strip() == "Canary^Name"
        assert "memfd" in str(path.readlink())
    assert not path.exists()


def test_a_tree_is_read_in_a_process_of_its_own_and_nothing_is_written(folder: DataFolder) -> None:
    Vault(folder.objects, folder.key("objects")).keep(SHA, encode(ct_report()))
    exam = make_exam(make_scanner(make_site()))
    arrived = {"received_at": NOON, "last_received_at": NOON}
    kept = DoseObjectRow.objects.create(sha256=SHA, size=1, way_in="test", exam=exam, **arrived)
    before = files(folder.root)
    ready = Future[ReaderPool]()
    with ReaderPool(1) as pool:
        ready.set_result(pool)
        root = trees(folder, ready)(SYSTEM, kept.pk)
    assert root.children
    assert files(folder.root) == before


def test_the_protocol_of_programs_is_not_loaded_before_one_was_admitted() -> None:
    code = "import sys, django; django.setup(); import doseloop.roles.web; print('mcp' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "False\n"


@pytest.mark.parametrize(
    ("settings", "is_open"),
    [
        ({}, True),
        ({"web_host": "0.0.0.0"}, False),
        ({"web_host": "0.0.0.0", "web_https": True}, True),
        ({"web_host": "10.1.2.3", "https_certificate": Path("chain.pem")}, True),
    ],
)
def test_programs_send_no_token_in_the_clear(settings: dict[str, Any], is_open: bool) -> None:
    with TestClient(application(Settings(**settings)), base_url="http://localhost") as client:
        answer = client.post("/mcp")
    assert answer.status_code == (401 if is_open else 503)
    assert ("in the clear" in answer.text) is not is_open


def test_throttle_counters_of_many_addresses_stay() -> None:
    for number in range(2000):
        cache.set(f"address-{number}", number)
    assert cache.get("address-0") == 0
    cache.clear()


def files(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if not path.name.startswith("record.sqlite3")}
