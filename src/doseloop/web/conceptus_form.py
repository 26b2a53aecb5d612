"""The form of a conceptus dose: what was typed to entries."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

from doseloop.model.conceptus import PLACEMENTS, VIEWS
from doseloop.model.errors import UnusableInput
from doseloop.report.conceptus_entries import Basis, Counts, Entries, EventEntry

MOST_EVENTS: Final = 100
"""Exposures that each have fields of their own; of an exam with more, what is entered holds for all."""
_LONGEST_NUMBER: Final = 20
_DIGITS: Final = 15
_MM_OF_CM: Final = 10


def entries_of(given: Mapping[str, str], positions: Iterable[int]) -> Entries:
    """The entries of a form for the exposures at these positions. Errors: `UnusableInput` for a word or number that is none."""
    events = tuple(
        one for one in (_event(given, position) for position in positions) if one != EventEntry(one.position)
    )
    return Entries(
        basis=_one_of(given, "basis", get_args(Basis)) or "events",
        placement=_one_of(given, "placement", PLACEMENTS),
        view=_one_of(given, "view", VIEWS),
        diameter_mm=_number(given, "diameter", "The diameter", _MM_OF_CM),
        gestational_age_weeks=_number(given, "weeks", "The gestational age"),
        depth_mm=_number(given, "depth", "The depth", _MM_OF_CM),
        procedure=given.get("procedure") or None,
        own_low_mgy=_number(given, "low", "The lower end"),
        own_high_mgy=_number(given, "high", "The upper end"),
        reasoning=given.get("reasoning", "").replace("\r\n", "\n").strip(),
        events=events,
    )


def newest_in(given: Mapping[str, str]) -> int | None:
    """The newest version that the form was filled over. Errors: `UnusableInput`."""
    text = given.get("after", "")
    if text and (not text.isdecimal() or len(text) > _DIGITS):
        raise UnusableInput("That is no version.")
    return int(text) if text else None


def _event(given: Mapping[str, str], position: int) -> EventEntry:
    at, name = f"e{position}-", f"Exposure {position + 1}"
    return EventEntry(
        position,
        counts=_one_of(given, f"{at}counts", get_args(Counts)) or "computed",
        placement=_one_of(given, f"{at}placement", PLACEMENTS),
        view=_one_of(given, f"{at}view", VIEWS),
        diameter_mm=_number(given, f"{at}diameter", f"{name}: the diameter", _MM_OF_CM),
        entrance_kerma_mgy=_number(given, f"{at}kerma", f"{name}: the kerma"),
        own_low_mgy=_number(given, f"{at}low", f"{name}: the lower end"),
        own_high_mgy=_number(given, f"{at}high", f"{name}: the upper end"),
        note=" ".join(given.get(f"{at}note", "").split()),
    )


def _one_of(given: Mapping[str, str], field: str, known: Iterable[str]) -> Any:
    text = given.get(field, "")
    if text and text not in known:
        raise UnusableInput(f"{text[:20]!r} is none of the choices.")
    return text or None


def _number(given: Mapping[str, str], field: str, what: str, times: float = 1) -> float | None:
    text = given.get(field, "").strip()
    if not text:
        return None
    try:
        value = float(text) if len(text) <= _LONGEST_NUMBER else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UnusableInput(f"{what}: {text[:20]!r} is no number; write it with a point before decimals.")
    return value * times
