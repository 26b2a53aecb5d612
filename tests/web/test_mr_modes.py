"""MR series of an exam against the operating modes, as its page shows them."""

from types import SimpleNamespace
from typing import Any, cast

from doseloop.model.image import ImageHeader
from doseloop.model.mr import MrSeries
from doseloop.model.reading import Reading
from doseloop.store.exam_events import EventDetail
from doseloop.web.mr_modes import MrModes, mr_modes


def event(position: int, mode: str = "", **values: float) -> EventDetail:
    told: dict[str, Any] = {name: Reading(value, "", "") for name, value in values.items()}
    told |= {"operating_mode": Reading(mode, "", "")} if mode else {}
    made = SimpleNamespace(position=position, detail=MrSeries(ImageHeader("2.25.1"), **told))
    return cast(EventDetail, made)


def shown(*events: EventDetail) -> MrModes:
    found = mr_modes(events)
    assert found is not None
    return found


def cells(found: MrModes) -> list[dict[str, str]]:
    return [{cell.key: cell.text for cell in row} for row in found.table.rows]


def test_the_highest_of_each_index_stands_with_its_limit_share_mode_and_series() -> None:
    found = shown(event(0, sar_whole_body_w_kg=0.5, sar_head_w_kg=1.6), event(1, sar_whole_body_w_kg=1.5))
    assert [(one["highest"], one["limit"], one["share"], one["mode"]) for one in cells(found)] == [
        ("1.50 W/kg", "2.00 W/kg", "75 %", "normal"),
        ("1.60 W/kg", "3.20 W/kg", "50 %", "normal"),
    ]
    notes = [{cell.key: cell.note for cell in row}["highest"] for row in found.table.rows]
    assert notes == ["series 2", "series 1"]


def test_a_limit_that_was_seen_once_says_that_it_is_not_verified() -> None:
    (row,) = shown(event(0, sar_local_w_kg=4.0)).table.rows
    assert {cell.key: cell.note for cell in row}["limit"] == "not verified: seen in one source"


def test_each_contradiction_names_its_series() -> None:
    found = shown(event(0, "IEC_NORMAL", sar_whole_body_w_kg=1.0), event(1, "IEC_NORMAL", sar_whole_body_w_kg=3.0))
    assert len(found.contradictions) == 1
    assert found.contradictions[0].startswith("Series 2: The object states the normal mode")
    assert found.stated == "normal"


def test_an_exam_without_an_index_shows_nothing() -> None:
    assert mr_modes([event(0)]) is None
    assert mr_modes([]) is None
