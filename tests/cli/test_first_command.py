"""Any command may be the first over a data folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.record import record_url

pytestmark = pytest.mark.record


def run(data: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "DOSELOOP_DATA": str(data), "DOSELOOP_PASSWORD": "correct-horse-battery"}
    environment |= {"DOSELOOP_RECORD": record_url(data)}
    command = [sys.executable, "-m", "doseloop.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["exams", "flags"])
def test_lists_of_a_new_folder_are_empty(command: str, tmp_path: Path) -> None:
    ended = run(tmp_path / "data", command, "--json")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_first_account_finds_the_first_site(tmp_path: Path) -> None:
    ended = run(tmp_path / "data", "account", "add", "m.keane")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("m.keane is administrator at ")
    again = run(tmp_path / "data", "account", "add", "m.keane")
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_a_site_and_files_may_come_before_the_first_start(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "report"
    file.write_bytes(b"anything")
    assert run(data, "site", "Main", "--zone", "Europe/London").stdout.startswith("Main: zone Europe/London")
    tally = json.loads(run(data, "ingest", str(file), "--json").stdout)
    assert tally == {"new": 1, "known": 0, "failed": 0, "refused": []}


@pytest.mark.sqlite
def test_what_a_killed_command_left_of_a_record_is_completed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "record.sqlite3").touch()
    assert run(data, "exams").returncode == 0
