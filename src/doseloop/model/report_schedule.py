"""When a report is due by its schedule, and over which days it then looks."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

from doseloop.model.errors import UnusableInput

Every = Literal["month", "quarter", "year"]
EVERY: Final[tuple[Every, ...]] = get_args(Every)
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
LATEST_DAY: Final = 28
"""Every month has it."""
MOST_MONTHS: Final = 60


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Due on one day of each month, of the first month of each quarter, or of each January.

    Errors: `UnusableInput` where the day or the length is none.
    """

    every: Every
    day: int
    """1 to 28."""
    months: int
    """Length of the window, which ends with the last day of the month before."""

    def __post_init__(self) -> None:
        if self.every not in EVERY:
            raise UnusableInput(f"A report is made every {', '.join(EVERY)}; {str(self.every)[:20]!r} is none of them.")
        if not 1 <= self.day <= LATEST_DAY:
            raise UnusableInput(f"The day is 1 to {LATEST_DAY}, which every month has.")
        if not 1 <= self.months <= MOST_MONTHS:
            raise UnusableInput(f"The report looks at 1 to {MOST_MONTHS} months.")

    def last_due(self, today: date) -> date:
        """The latest day on which one was due, today included.

        >>> Rhythm("quarter", 5, 12).last_due(date(2026, 4, 4))
        datetime.date(2026, 1, 5)
        """
        length = _MONTHS[self.every]
        due = date(today.year, (today.month - 1) // length * length + 1, self.day)
        return due if due <= today else _months_on(due, -length)

    def next_due(self, today: date) -> date:
        """The first day after today on which one is due."""
        return _months_on(self.last_due(today), _MONTHS[self.every])

    def days(self, due: date) -> tuple[date, date]:
        """First and last day, both included, of the report that is due on a day.

        >>> Rhythm("month", 3, 12).days(date(2026, 11, 3))
        (datetime.date(2025, 11, 1), datetime.date(2026, 10, 31))
        """
        end = due.replace(day=1)
        return _months_on(end, -self.months), end - timedelta(days=1)


def _months_on(day: date, months: int) -> date:
    position = day.year * 12 + day.month - 1 + months
    year, month = divmod(position, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
