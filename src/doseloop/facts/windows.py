"""Spans of days: half-open, on the wall clock of the site."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from doseloop.model.errors import UnusableInput


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `start`, included, to `end`, not included, as the sites' clocks show them.

    Errors: `UnusableInput` where the end is not after the start.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise UnusableInput(f"The window ends on {self.end}, which is not after its start {self.start}.")

    @property
    def first_moment(self) -> datetime:
        """Wall clock of the window's begin, included."""
        return datetime.combine(self.start, time.min)

    @property
    def end_moment(self) -> datetime:
        """Wall clock of the window's end, not included."""
        return datetime.combine(self.end, time.min)

    @classmethod
    def of_day(cls, day: date) -> "Window":
        """The one day."""
        return cls(day, day + timedelta(days=1))

    @classmethod
    def of_days_until(cls, last: date, days: int) -> "Window":
        """So many days, of which `last` is the last. Errors: `UnusableInput` where the calendar does not reach so far."""
        try:
            return cls(last - timedelta(days=days - 1), last + timedelta(days=1))
        except OverflowError:
            raise UnusableInput(f"{days} days until {last} are beyond the calendar.") from None


class Grain(StrEnum):
    """Periods of a trend. A week starts on Monday (ISO 8601)."""

    WEEK = "week"
    MONTH = "month"
