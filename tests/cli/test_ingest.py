"""`doseloop ingest`: what was refused is told with its reason and what to do, and everything else is taken."""

import json
from pathlib import Path

import pytest

from doseloop.simulate.day import objects
from tests.cli.test_first_command import run
from tests.receive.archives import dicomdir, zipped

pytestmark = pytest.mark.record
OBJECTS = objects(3, 1)


def test_folders_archives_and_dicomdirs_are_tallied_together(tmp_path: Path) -> None:
    sent, cd = tmp_path / "sent", tmp_path / "cd"
    for folder in (sent, cd):
        folder.mkdir()
    (sent / "a.dcm").write_bytes(OBJECTS[0])
    (sent / "b.zip").write_bytes(zipped({"a": OBJECTS[0], "b": OBJECTS[1], "../c": b"x"}))
    (cd / "SR1").write_bytes(OBJECTS[2])
    dicomdir(cd / "DICOMDIR", [["SR1"], ["..", "sent", "a.dcm"], ["SR2"]])

    ended = run(tmp_path / "data", "ingest", str(sent), str(cd / "DICOMDIR"), "--json")

    tally = json.loads(ended.stdout)
    assert (ended.returncode, tally["new"], tally["known"], tally["failed"]) == (1, 3, 1, 3)
    told = {one["name"].removeprefix(f"{tmp_path}/"): one["code"] for one in tally["refused"]}
    assert told == {
        "sent/b.zip!../c": "unsafe-entry",
        "cd/DICOMDIR!../sent/a.dcm": "unsafe-entry",
        "cd/DICOMDIR!SR2": "io",
    }
    assert all(one["why"] and one["hint"] for one in tally["refused"])
    assert all(one["name"] in ended.stderr for one in tally["refused"])


def test_limits_of_archives_are_settings(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a": OBJECTS[0], "b": OBJECTS[1]}))
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "doseloop.toml").write_text("archive_entries = 1\n")
    ended = run(data, "ingest", str(tmp_path / "a.zip"))
    assert ended.returncode == 1
    assert "`archive_entries`" in ended.stderr
    assert ended.stdout.strip() == "0 new, 0 known, 1 failed"
