"""`doseloop glandular` compares a site's own table with what scanners state."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from doseloop.cli import app
from doseloop.model.errors import UnusableInput
from tests.shared import shared

HEAD = "target,filter,kvp,hvl_mm_al,thickness_cm,glandularity,dgn_mgy_per_mgy"
LINES = [
    f"W,Rh,28,{hvl},{cm},{share},{0.3 - 0.03 * cm + 0.5 * hvl - 0.0001 * share:.4f}"
    for hvl in (0.5, 0.6)
    for cm in (3, 6)
    for share in (0, 50)
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "made-up.csv"
    file.write_text("\n".join((HEAD, *LINES)))
    return file


def run(*words: str) -> str:
    ended = CliRunner().invoke(app, ["glandular", *words, "--source", "for tests alone"])
    if ended.exception:
        raise ended.exception
    return ended.stdout


def test_a_table_is_checked_alone(table: Path) -> None:
    assert run(str(table)) == "made-up: coefficients for W/Rh 2d\n"


def test_each_exposure_is_told_beside_what_is_stated(table: Path) -> None:
    file = str(shared("corpus/open/MG-RDSR-Hologic_2D.dcm"))
    told = [json.loads(line) for line in run(str(table), file, "--glandularity", "25", "--json").splitlines()]
    assert [one["stated_mgy"] for one in told] == [1.3, 1.28]
    assert all(one["ratio"] == pytest.approx(one["computed_mgy"] / one["stated_mgy"]) for one in told)
    assert not any(one["verified"] for one in told)
    assert "stated 1.30 mGy, computed" in run(str(table), file, "--glandularity", "25")


def test_what_cannot_be_computed_says_why(table: Path, tmp_path: Path) -> None:
    (tmp_path / "text.dcm").write_text("no object")
    rotation = str(shared("corpus/open/MG-RDSR-Giotto-DBT.dcm"))
    said = run(str(table), rotation, str(tmp_path / "text.dcm"))
    assert "no coefficients for W/Ag in tomosynthesis" in said
    assert said.count("not computed.") == 5


def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe")
    for name in ("binary.csv", "absent.csv"):
        with pytest.raises(UnusableInput, match="cannot be read"):
            run(str(tmp_path / name))
