"""From the time of a plan to wall clocks of the site, and the periods that it is compared with. Ends are never included."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from doseloop.ask.plan import All, Between, Calendar, Last, PlanTime, Since
from doseloop.model.errors import NotAnswerable

USUAL_DAYS: Final = 365
"""Where a question names no time."""
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """From `start`, included, to `end`, not included, as the site's clock shows it; None is no bound."""

    start: datetime | None
    end: datetime | None

    @property
    def is_bounded(self) -> bool:
        """Whether exams without a start are left out."""
        return self.start is not None or self.end is not None


def period_of(asked: PlanTime | None, now: datetime) -> Period:
    """What a plan's time means at `now`, a naive wall clock. Errors: `NotAnswerable` where the calendar does not reach."""
    try:
        return _period(asked, now)
    except (OverflowError, ValueError):
        raise _beyond() from None


def before(asked: PlanTime | None, now: datetime) -> Period:
    """The period before of the same kind; of a running one the same part of it. Errors: `NotAnswerable`."""
    return _compared(asked, now, _before)


def last_year(asked: PlanTime | None, now: datetime) -> Period:
    """The same dates a year earlier. Errors: `NotAnswerable`."""
    return _compared(asked, now, _last_year)


def _period(asked: PlanTime | None, now: datetime) -> Period:
    today = _midnight(now)
    match asked:
        case None:
            return Period(today - timedelta(days=USUAL_DAYS), now)
        case All():
            return Period(None, None)
        case Last():
            return Period(_back(now if asked.unit == "hour" else today, asked.n, asked.unit), now)
        case Calendar():
            start = _back(_begun(today, asked.unit), -asked.offset, asked.unit)
            return Period(start, now if asked.offset == 0 else _back(start, -1, asked.unit))
        case Since():
            return _checked(Period(datetime.combine(asked.start, time.min), now))
        case Between():
            return _checked(Period(datetime.combine(asked.start, time.min), datetime.combine(asked.end, time.min)))


def _compared(
    asked: PlanTime | None, now: datetime, shifted: Callable[[PlanTime | None, datetime, datetime, datetime], Period]
) -> Period:
    own = period_of(asked, now)
    if own.start is None or own.end is None:
        raise NotAnswerable(
            "underspecified", "The whole record has no period before it.", "Name a period, as the last month."
        )
    try:
        return shifted(asked, now, own.start, own.end)
    except (OverflowError, ValueError):
        raise _beyond() from None


def _before(asked: PlanTime | None, now: datetime, start: datetime, end: datetime) -> Period:
    match asked:
        case Calendar():
            begun = _back(start, 1, asked.unit)
            return Period(begun, min(begun + (end - start), start))
        case Last() if asked.unit != "hour":
            return Period(_back(start, asked.n, asked.unit), start)
        case None:
            return Period(start - timedelta(days=USUAL_DAYS), start)
        case Between() if asked.start.day == asked.end.day == 1:
            months = (asked.end.year - asked.start.year) * 12 + asked.end.month - asked.start.month
            return Period(_months_back(start, months), start)
        case _:
            return Period(start - (end - start), start)


def _last_year(asked: PlanTime | None, now: datetime, start: datetime, end: datetime) -> Period:
    return Period(_months_back(start, 12), _months_back(end, 12))


def _back(moment: datetime, n: int, unit: str) -> datetime:
    """So many units earlier; later for a negative number."""
    if unit in _MONTHS:
        return _months_back(moment, n * _MONTHS[unit])
    return moment - timedelta(**{f"{unit}s": n})


def _months_back(moment: datetime, months: int) -> datetime:
    """The last day of the month stands for one that it does not have."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _begun(today: datetime, unit: str) -> datetime:
    if unit == "week":
        return today - timedelta(days=today.weekday())
    if unit == "day":
        return today
    month = 1 if unit == "year" else today.month - (today.month - 1) % _MONTHS[unit]
    return today.replace(month=month, day=1)


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time.min)


def _checked(found: Period) -> Period:
    if found.start is not None and found.end is not None and found.end <= found.start:
        raise NotAnswerable("underspecified", "The period ends before it begins.", "Name a period that has passed.")
    return found


def _beyond() -> NotAnswerable:
    return NotAnswerable("underspecified", "The period lies beyond the calendar.", "Name a shorter one.")
