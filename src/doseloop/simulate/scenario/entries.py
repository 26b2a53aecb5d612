"""A scenario as it was written: what is planted, what changes without harm, where and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One fault or one harmless change."""

    name: str
    """What the truth calls it, once in a scenario."""
    kind: str
    first: date
    last: date
    """The last day on which it holds."""
    scanner: str | None
    """None is every scanner."""
    procedure: str | None
    """None is every procedure."""
    size: Mapping[str, Any]
    """Its other values, with what it takes where the file is silent."""

    def holds(self, scanner: str, procedure: str, day: date) -> bool:
        """Whether it may touch an exam there and then."""
        here = self.scanner in (None, scanner) and self.procedure in (None, procedure)
        return here and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Scenario:
    """Some time of the virtual hospital, with what is planted in it."""

    title: str
    description: str
    seed: int
    start: date
    days: int
    workload: float
    """On the exams of every scanner."""
    autocorrelation: float
    """Of the first order, between what remains after size in successive exams of one scanner and procedure."""
    resent: float
    late: float
    weight_missing: float | None
    """None leaves each scanner its own share."""
    faults: tuple[Entry, ...]
    changes: tuple[Entry, ...]

    @property
    def quiet(self) -> bool:
        """Nothing is planted that a rule should notice."""
        return not self.faults

    @property
    def last(self) -> date:
        """Its last day."""
        return self.start + timedelta(days=self.days - 1)

    def day(self, number: int) -> date:
        """The day of a number, from 1."""
        return self.start + timedelta(days=number - 1)
