"""`doseloop report compliance` over a real data folder."""

import json
from pathlib import Path

import pytest

from tests.cli.test_first_command import run

pytestmark = pytest.mark.record

ASKED = ("report", "compliance", "--site", "Main", "--from", "2026-01-01", "--to", "2026-03-31")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    assert run(folder, "site", "Main").returncode == 0
    return folder


def test_files_and_json_are_of_one_report_and_the_archive_keeps_it_when_asked(data: Path, tmp_path: Path) -> None:
    pdf, xlsx = tmp_path / "a.pdf", tmp_path / "a.xlsx"
    made = run(data, *ASKED, "--pdf", str(pdf), "--xlsx", str(xlsx), "--json")
    assert (made.returncode, made.stderr) == (0, "")
    told = json.loads(made.stdout)
    assert (told["site_name"], told["first_day"], told["last_day"], told["figures"]) == (
        "Main", "2026-01-01", "2026-03-31", [],
    )  # fmt: skip
    assert pdf.read_bytes().startswith(b"%PDF")
    assert xlsx.read_bytes().startswith(b"PK")
    kept = run(data, *ASKED, "--archive", "--for-signature")
    assert "0 above, 0 within" in kept.stdout
    assert "Report 1 of the archive." in kept.stdout


def test_what_cannot_be_made_or_written_is_told(data: Path, tmp_path: Path) -> None:
    nowhere = run(data, *ASKED, "--pdf", str(tmp_path / "absent" / "a.pdf"))
    backwards = run(data, *ASKED[:-1], "2025-12-31")
    stranger = run(data, *ASKED[:3], "Nowhere", *ASKED[4:])
    assert [one.returncode for one in (nowhere, backwards, stranger)] == [1, 1, 1]
    assert "cannot be written" in nowhere.stderr
    assert "not after its start" in backwards.stderr
    assert "There is no site" in stranger.stderr
