"""The setting `record` names a database, and its password shows nowhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from doseloop.model.errors import SetupError
from doseloop.roles.settings import Settings
from doseloop.store.address import PostgresDatabase, SqliteFile, address_of
from tests.roles.installation import free_port

PASSWORD = "canary-4711"
DATA = Path("/data")


def test_no_url_is_a_file_in_the_data_folder() -> None:
    assert address_of("", DATA) == SqliteFile(DATA / "record.sqlite3")


def test_a_url_becomes_djangos_entry_and_is_shown_without_its_password() -> None:
    address = address_of(f"postgresql://dose:{PASSWORD}@db.example:5433/doses?sslmode=require", DATA)
    assert isinstance(address, PostgresDatabase)
    assert str(address) == "postgresql://dose@db.example:5433/doses"
    assert PASSWORD not in repr(address)
    entry = address.database
    assert entry["NAME"] == "doses"
    assert {"host": "db.example", "password": PASSWORD, "sslmode": "require"}.items() <= entry["OPTIONS"].items()


def test_an_acknowledged_commit_is_durable_whatever_the_server_is_set_to() -> None:
    address = address_of("postgresql://db/doses?options=-c%20statement_timeout%3D9s", DATA)
    assert isinstance(address, PostgresDatabase)
    assert "statement_timeout=9s" in address.parameters["options"]
    assert "synchronous_commit=on" in address.parameters["options"]


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://dose:{PASSWORD}@db/doses",
        f"postgresql://dose:{PASSWORD}@db",
        f"postgresql://dose:{PASSWORD}/x@db:port/doses",
        f"postgresql://db/doses?unknown={PASSWORD}",
        f"password={PASSWORD}",
    ],
)
def test_what_is_no_url_of_a_database_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SetupError, match="`record` is not the URL") as refused:
        address_of(url, DATA)
    assert PASSWORD not in str(refused.value)


def test_settings_that_are_printed_hide_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSELOOP_RECORD", f"postgresql://dose:{PASSWORD}@db/doses")
    settings = Settings()
    assert PASSWORD not in f"{settings!r} {settings} {settings.record_address!r}"
    assert isinstance(settings.record_address, PostgresDatabase)


@pytest.mark.parametrize("command", [["serve"], ["exams"]])
def test_a_database_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path, command: list[str]) -> None:
    url = f"postgresql://dose:{PASSWORD}@127.0.0.1:{free_port()}/doses"
    environment = {**os.environ, "DOSELOOP_DATA": str(tmp_path / "data"), "DOSELOOP_RECORD": url}
    ended = subprocess.run(
        [sys.executable, "-m", "doseloop.cli", *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "cannot be opened" in ended.stderr
    assert "dose@127.0.0.1" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert PASSWORD not in ended.stderr + ended.stdout
