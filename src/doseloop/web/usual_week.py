"""The usual week of a scanner as a page shows it: a table of days and hours, tinted by how many exams there are."""

import math
from dataclasses import dataclass

from doseloop.assess.heartbeat import UsualWeek
from doseloop.report.table import Column, Row, Table

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TINTS = 5


@dataclass(frozen=True, slots=True)
class HourCell:
    """An hour of the week. `tint` is 0 where the scanner does not work as a rule, else 1 to `TINTS`."""

    hour: int
    exams: str
    tint: int


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the week."""

    name: str
    hours: tuple[HourCell, ...]


def day_rows(week: UsualWeek) -> tuple[DayRow, ...]:
    """Seven days of 24 hours."""
    highest = max(week.per_hour)
    return tuple(
        DayRow(name, tuple(_cell(hour, week.per_hour[24 * day + hour], highest) for hour in range(24)))
        for day, name in enumerate(DAYS)
    )


def week_table(week: UsualWeek | None, name: str) -> Table:
    """The same for a file; no row where there is too little history."""
    columns = (Column("day", "Day"), *(Column(f"h{hour}", f"{hour:02}:00", "number") for hour in range(24)))
    rows = (Row((day, *week.per_hour[24 * at : 24 * at + 24])) for at, day in enumerate(DAYS)) if week else ()
    return Table(name, "Exams in each hour of a usual week", columns, rows)


def worked(week: UsualWeek) -> str:
    """The days and the span of hours in which it works, in words: `Monday to Friday, 07:00 to 18:00`."""
    days = [day for day in range(7) if any(week.per_hour[24 * day : 24 * day + 24])]
    hours = [hour for hour in range(24) if any(week.per_hour[24 * day + hour] for day in range(7))]
    if not days:
        return "no hour in which it works as a rule"
    at = "at any hour" if len(hours) == 24 else f"{hours[0]:02}:00 to {hours[-1] + 1:02}:00"
    return f"{_days(days)}, {at}"


def _days(days: list[int]) -> str:
    if len(days) == 7:
        return "every day"
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{DAYS[days[0]]} to {DAYS[days[-1]]}"
    return ", ".join(DAYS[day] for day in days)


def _cell(hour: int, rate: float, highest: float) -> HourCell:
    tint = 0 if rate <= 0 else max(1, math.ceil(TINTS * rate / highest))
    return HourCell(hour, f"{rate:.1f}" if rate else "none", tint)
