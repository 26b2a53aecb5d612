"""Archived reports, schedules and mails as pages list them, and what people type about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast

from doseloop.model.errors import UnusableInput
from doseloop.model.report_schedule import EVERY, Every, Rhythm
from doseloop.report.compliance_report import STATES
from doseloop.store.reports import Archived

_DIGITS: Final = 9
_EVERY_SAID: Final = {"month": "each month", "quarter": "each quarter", "year": "each year"}
LENGTHS: Final = {1: "1 month", 3: "3 months", 6: "6 months", 12: "12 months", 36: "36 months"}
RHYTHMS: Final = tuple((key, _EVERY_SAID[key]) for key in EVERY)
_TONES: Final = {"signed": "good", "for signature": "caution", "for information": "quiet"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a report is signed, as a word with its tone."""

    word: str
    tone: str


def standing_of(report: Archived) -> Standing:
    """`signed`, `for signature` or `for information`."""
    word = "signed" if report.is_signed else "for signature" if report.for_signature else "for information"
    return Standing(word, _TONES[word])


def counts_of(report: Archived) -> list[tuple[str, int]]:
    """How many comparisons stand how; states with none left out."""
    return [(state, report.counts.get(state, 0)) for state in STATES if report.counts.get(state)]


def rhythm_said(rhythm: Rhythm) -> str:
    """`each quarter on day 5, over 12 months`."""
    length = LENGTHS.get(rhythm.months, f"{rhythm.months} months")
    return f"{_EVERY_SAID[rhythm.every]} on day {rhythm.day}, over {length}"


def usual_days(today: date) -> tuple[date, date]:
    """The twelve months before this one, first and last day."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1, month=last.month % 12 + 1, year=last.year - (last.month < 12)), last


def day_in(given: Mapping[str, str], field: str, what: str) -> date:
    """A day that was typed. Errors: `UnusableInput`."""
    text = given.get(field, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnusableInput(f"{what}: {text[:20]!r} is no day; write it as 2026-01-31.") from None


def number_in(given: Mapping[str, str], field: str, what: str) -> int:
    """A number that was typed. Errors: `UnusableInput`."""
    text = given.get(field, "")
    if not text.isdecimal() or len(text) > _DIGITS:
        raise UnusableInput(f"{what}: {text[:20]!r} is no number.")
    return int(text)


def rhythm_in(given: Mapping[str, str]) -> Rhythm:
    """The rhythm that a form names. Errors: `UnusableInput`."""
    every = cast(Every, given.get("every", ""))
    return Rhythm(every, number_in(given, "day", "Day"), number_in(given, "months", "Length"))


def addresses_in(given: Mapping[str, str]) -> list[str]:
    """Mail addresses of a text, one a line or with commas between."""
    return given.get("recipients", "").replace(",", "\n").replace(";", "\n").splitlines()
