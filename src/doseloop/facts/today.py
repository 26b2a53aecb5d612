"""Figures of a day, and what each scanner sent lately."""

from dataclasses import dataclass
from datetime import date, datetime

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts


@dataclass(frozen=True, slots=True)
class HourCount:
    """Exams that started within one hour of the day on one scanner."""

    hour: int
    """0 to 23."""
    scanner: int
    scanner_name: str
    modality: str
    exams: int


@dataclass(frozen=True, slots=True)
class Day:
    """What started on a day, by the wall clock of each site."""

    date: date
    hours: tuple[HourCount, ...]
    exams: int
    events: int
    flagged: int
    """Exams with an open flag."""


@dataclass(frozen=True, slots=True)
class ScannerActivity:
    """What a scanner did lately."""

    scanner: int
    scanner_name: str
    site: int
    site_name: str
    modality: str
    last_exam_at: datetime | None
    """Start of its last exam, wall clock of the site, naive; None where it has none."""
    last_object_at: datetime | None
    """When its last object of any kind arrived (UTC, aware)."""
    exams_24h: int
    exams_7d: int


def day(facts: Facts, scope: Scope, on: date) -> Day:
    """The figures of the day."""
    raise NotImplementedError


def scanner_activity(facts: Facts, scope: Scope, now: datetime) -> tuple[ScannerActivity, ...]:
    """Every scanner in the scope, by site and name. `now` is aware; each site's clock is reckoned from it."""
    raise NotImplementedError
