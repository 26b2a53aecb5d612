"""The table of precedence is what the code does, and the code does nothing beside it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from doseloop.harmonise.scanners import scanner_key
from doseloop.model import precedence
from doseloop.model.dose_object import Equipment
from doseloop.model.precedence import TABLE, Precedence, chosen, first, order, rank
from doseloop.reading.object import read_object
from tests.reading.reports import ct_report, encode, text

SOURCE = Path(__file__).parents[2] / "src/doseloop"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.key)
def test_every_row_is_asked_by_code_that_decides(row: Precedence) -> None:
    asked = re.compile(
        rf'(?:first|chosen|rank|order)\(\s*f?"(?:{re.escape(row.key)}|\{{what\}}{re.escape(row.key[-12:])})"'
    )
    asking = [
        path.name for path in SOURCE.rglob("*.py") if path.name != "precedence.py" and asked.search(path.read_text())
    ]
    assert asking
    assert len(set(row.sources)) == len(row.sources) > 1
    assert row.reason
    assert row.source


def test_no_key_stands_twice() -> None:
    assert len({row.key for row in TABLE}) == len(TABLE)


def test_the_first_source_that_has_a_value_holds() -> None:
    assert first("equipment", {"header": "", "device observer": "X"}) == "X"
    assert first("equipment", {"header": "H", "device observer": "X"}) == "H"
    assert first("equipment", {"header": None, "device observer": None}) is None
    assert chosen("total", {"stated": 0.0, "summed": 3.0}) == ("stated", 0.0)
    assert order("event") == ("report", "dose screen", "image")
    assert rank("event", "report") < rank("event", "image")


def test_a_source_that_the_table_does_not_name_or_that_is_left_out_is_an_error() -> None:
    with pytest.raises(KeyError):
        first("equipment", {"header": None})
    with pytest.raises(ValueError, match="not in tuple"):
        rank("event", "hearsay")


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row the other way round."""
    rows = {row.key: replace(row, sources=row.sources[::-1]) for row in TABLE}
    monkeypatch.setattr(precedence, "_BY_KEY", rows)


def equipment_read() -> Equipment:
    made = ct_report()
    made.ContentSequence = [*made.ContentSequence, text(("121015", "Device Observer Model Name"), "Workstation")]
    return read_object(encode(made)).dose.equipment


def test_the_header_names_the_scanner_before_the_observer() -> None:
    assert equipment_read().model == "Model"


@pytest.mark.usefixtures("turned")
def test_the_table_turned_is_the_decision_turned() -> None:
    assert equipment_read().model == "Workstation"
    assert scanner_key(Equipment(serial_number="S1", station_name="ROOM"))[-12:] == "station-room"  # type: ignore[index]
