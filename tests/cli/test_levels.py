"""`doseloop levels`, from the first list to a confirmed set, over a real data folder."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.test_first_command import run
from tests.reference.test_level_csv import HEAD

pytestmark = pytest.mark.record

UK, JP = "uk-ukhsa-ndrl-2024", "jp-jrime-2025"
TOLD = ("--name", "Local levels 2026", "--author", "A. Physicist", "--source", "audit of 2026", "--year", "2026")


def levels(data: Path, *words: str) -> CompletedProcess[str]:
    return run(data, "levels", *words, "--site", "Main")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    assert run(folder, "site", "Main").returncode == 0
    return folder


def test_a_site_imports_chooses_and_confirms_a_set_of_its_own(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "levels.csv"
    file.write_text(HEAD + "\nct-chest,DLP,250,mGy.cm,adult\n", encoding="utf-8")
    made = levels(data, "import", str(file), *TOLD)
    key = made.stdout.partition(":")[0]
    assert (made.returncode, made.stderr) == (0, "") and key.endswith("-local-levels-2026")

    assert levels(data, "choose", key, UK).stdout == f"Main compares with {key}, {UK}.\n"
    confirmed = levels(data, "confirm", key, "--by", "B. Physicist", "--grounds", "compared with the audit")
    assert confirmed.stdout == f"{key} is confirmed for Main by B. Physicist.\n"
    first = json.loads(levels(data, "list", "--json").stdout.splitlines()[0])
    assert (first["key"], first["place"], first["confirmed_by"], first["usable_when_signed"]) == (
        key, 1, "B. Physicist", True,
    )  # fmt: skip
    assert "compared with (1), confirmed by B. Physicist on 20" in levels(data, "list").stdout
    assert levels(data, "choose").stdout.endswith("those in force.\n")


def test_what_cannot_be_used_is_told_with_line_and_column_and_nothing_is_taken(data: Path, tmp_path: Path) -> None:
    before = levels(data, "list").stdout
    file = tmp_path / "levels.csv"
    for content, told in (
        ((HEAD + "\nct-chest,DLP,250,mGy.cm,adult\nct-chst,DLP,x,mGy.cm,adult\n").encode(), "line 3, column procedure"),
        (b"\xff\xfe", "is not UTF-8"),
    ):
        file.write_bytes(content)
        refused = levels(data, "import", str(file), *TOLD)
        assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
        assert told in refused.stderr and "[unusable-input]" in refused.stderr
    assert "cannot be read" in levels(data, "import", str(tmp_path / "absent.csv"), *TOLD).stderr
    assert levels(data, "list").stdout == before
