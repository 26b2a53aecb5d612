"""Style sheets are whole: a brace that is lost puts every rule behind it under the condition before it."""

from pathlib import Path

import pytest

import doseloop.web

SHEETS = sorted((Path(doseloop.web.__file__).parent / "static" / "doseloop").glob("*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=[one.name for one in SHEETS])
def test_every_block_of_a_style_sheet_ends(sheet: Path) -> None:
    depth = 0
    for number, line in enumerate(sheet.read_text("utf-8").splitlines(), start=1):
        assert not (line.startswith("/*") and depth), f"line {number}: a block before it does not end"
        depth += line.count("{") - line.count("}")
        assert depth >= 0, f"line {number}: a brace too many"
    assert depth == 0
