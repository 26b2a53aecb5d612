"""Windows of time: by the clock of the department (Wednesday 18 November 2026), half-open, never in the future."""

from typing import Any

import pytest

from doseloop.ask.outcome import AskedBack, Understood
from tests.ask.questioned import reader


def window(words: str) -> Any:
    outcome = reader().read(f"CT head doses {words}")
    assert isinstance(outcome, Understood), outcome
    return outcome.plan.model_dump(mode="json")["time"]


def last(n: int, unit: str) -> dict[str, Any]:
    return {"kind": "last", "n": n, "unit": unit}


def calendar(unit: str, offset: int) -> dict[str, Any]:
    return {"kind": "calendar", "unit": unit, "offset": offset}


def between(start: str, end: str) -> dict[str, Any]:
    return {"kind": "between", "start": start, "end": end}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("over the last six weeks", last(6, "week")),
        ("in the past 90 days", last(90, "day")),
        ("over the past year", last(1, "year")),
        ("last half year", last(6, "month")),
        ("over the last fortnight", last(2, "week")),
        ("last month", calendar("month", -1)),
        ("this quarter", calendar("quarter", 0)),
        ("year to date", calendar("year", 0)),
        ("yesterday", calendar("day", -1)),
        ("the week before last", calendar("week", -2)),
        ("in October", between("2026-10-01", "2026-11-01")),
        ("in December", between("2025-12-01", "2026-01-01")),
        ("in Q2 2026", between("2026-04-01", "2026-07-01")),
        ("in the first half of 2025", between("2025-01-01", "2025-07-01")),
        ("between 1 June and 30 September 2026", between("2026-06-01", "2026-10-01")),
        ("from March to May", between("2026-03-01", "2026-06-01")),
        ("from December to February", between("2025-12-01", "2026-03-01")),
        ("on 29 February 2024", between("2024-02-29", "2024-03-01")),
        ("in 2025", between("2025-01-01", "2026-01-01")),
        ("since January", {"kind": "since", "start": "2026-01-01"}),
        ("since Monday", {"kind": "since", "start": "2026-11-16"}),
        ("of all time", {"kind": "all"}),
    ],
)
def test_words_become_their_window(words: str, expected: dict[str, Any]) -> None:
    assert window(words) == expected


@pytest.mark.parametrize(
    "words",
    ["since 03/04/2026", "in winter", "since the update", "over the last few weeks", "last Monday", "since 2027-01-01"],
)
def test_a_window_that_is_not_clear_or_not_yet_begun_is_asked_back(words: str) -> None:
    assert isinstance(reader().read(f"CT head doses {words}"), AskedBack)
