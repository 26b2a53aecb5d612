"""Which window is asked for, and with which other it is compared."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.plan import Between, Calendar, Last, PlanTime, Since
from doseloop.ask.said import Said
from doseloop.ask.windows import start_of

_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Timed:
    """A window, and the period that it is compared with."""

    time: PlanTime | None = None
    period: str | None = None


def timed(said: Said, today: date, base: PlanTime | None = None) -> Timed:
    """The window of a reading. `base` is that of the plan before, which words like "before that" move.

    Raises: NoReading where the windows make no pair, AskBack for two that may be compared in two ways.
    """
    windows = [one for one in said.windows if one.shift != "earlier"]
    if len(windows) == 1 and len(said.windows) == 2 and said.cues & {"versus", "compare", "higher"}:
        return Timed(windows[0].time, "previous")
    if len(said.windows) != len(windows) and (base is None or said.period):
        raise NoReading("before what")
    if windows and len(windows) != len(said.windows):
        raise NoReading("a window, and another before which one")
    if said.windows and said.windows[-1].shift == "earlier":
        return Timed(moved_back(base, today), said.period)
    if len(windows) > 2:
        raise NoReading("three windows")
    if len(windows) == 2:
        if (
            windows[1].shift == "previous"
            and windows[0].time == windows[1].time
            and said.cues & {"versus", "compare", "higher"}
        ):
            return Timed(windows[0].time, "previous")
        return _two(said, windows[0].time, windows[1].time, today)
    if not windows:
        return Timed(None, said.period)
    return _one(said, windows[0].time, windows[0].shift, today, base)


def _one(said: Said, time: PlanTime | None, shift: str | None, today: date, base: PlanTime | None) -> Timed:
    if shift == "before_after":
        return Timed(time, "before_after")
    if shift == "previous" and base is not None and "compare" not in said.cues:
        return Timed(_previous_n(time, base, today), said.period)
    if _is_after_versus(said) and base is not None:
        return Timed(None, _relation(base, time, today))
    if _is_after_versus(said) and said.windows[0].time is not None:
        raise NoReading("compared with a window, but which one is asked for")
    return Timed(time, said.period)


def _is_after_versus(said: Said) -> bool:
    """Whether the only window stands right behind "compared with"."""
    at = said.places.get("versus")
    return at is not None and said.windows[0].at > at and said.windows[0].at - at <= 4 and _nothing_else_compared(said)


def _nothing_else_compared(said: Said) -> bool:
    return not (said.references or said.peers or said.exceeds or said.period or "versus_pair" in said.cues)


def _two(said: Said, first: PlanTime | None, second: PlanTime | None, today: date) -> Timed:
    if not said.cues & {"versus", "compare", "higher", "moved"} or first is None or second is None:
        raise NoReading("two windows that are not compared")
    try:
        return Timed(first, _relation(first, second, today))
    except NoReading:
        return Timed(second, _relation(second, first, today))


def _relation(main: PlanTime, other: PlanTime | None, today: date) -> str:
    """How the other window lies to the main one."""
    if other is None:
        raise NoReading("no window to compare with")
    if _is_before(main, other, today):
        return "previous" if not _is_year(main) else _year_before(other)
    if isinstance(other, Calendar) and other.unit == "year" and other.offset == -1:
        return "last_year"
    if _a_year_earlier(main, other, today):
        return "last_year"
    raise NoReading("the windows do not follow each other")


def _is_year(time: PlanTime) -> bool:
    return isinstance(time, Calendar) and time.unit == "year"


def _year_before(other: PlanTime) -> str:
    raise AskBack("ambiguous_time", "compare", ("previous", "last_year"))


def _is_before(main: PlanTime, other: PlanTime, today: date) -> bool:
    if isinstance(main, Calendar) and isinstance(other, Calendar):
        return main.unit == other.unit and other.offset == main.offset - 1
    start, end = bounds_of(main, today), bounds_of(other, today)
    if start is None or end is None:
        return False
    if isinstance(other, Last) and isinstance(main, Last):
        return False
    return end[1] == start[0] and _same_length(start, end)


def _same_length(one: tuple[date, date], other: tuple[date, date]) -> bool:
    months = (one[1].year - one[0].year) * 12 + one[1].month - one[0].month
    others = (other[1].year - other[0].year) * 12 + other[1].month - other[0].month
    whole = one[0].day == one[1].day == other[0].day == other[1].day == 1
    return months == others if whole else one[1] - one[0] == other[1] - other[0]


def _a_year_earlier(main: PlanTime, other: PlanTime, today: date) -> bool:
    one, two = bounds_of(main, today), bounds_of(other, today)
    return one is not None and two is not None and (_year_back(one[0]), _year_back(one[1])) == two


def _year_back(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def bounds_of(time: PlanTime, today: date) -> tuple[date, date] | None:
    """First day and the day after the last of a window of whole days; None for hours and the whole record."""
    if isinstance(time, Between):
        return time.start, time.end
    if isinstance(time, Since):
        return time.start, today + timedelta(days=1)
    if isinstance(time, Calendar):
        return start_of(time.unit, time.offset, today), start_of(time.unit, time.offset + 1, today)
    if isinstance(time, Last) and time.unit in _DAYS:
        return today - timedelta(days=time.n * _DAYS[time.unit]), today
    if isinstance(time, Last) and time.unit in _MONTHS:
        return months_back(today, time.n * _MONTHS[time.unit]), today
    return None


def months_back(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month.

    >>> months_back(date(2026, 3, 31), 1)
    datetime.date(2026, 2, 28)
    """
    at = day.year * 12 + day.month - 1 - months
    year, month = at // 12, at % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def _previous_n(time: PlanTime | None, base: PlanTime, today: date) -> PlanTime:
    """ "The previous six weeks" after "the last six weeks": those before; after another window the last six weeks."""
    if isinstance(base, Last) and isinstance(time, Last):
        if base != time:
            raise AskBack("ambiguous_time", "time")
        return moved_back(base, today)
    if isinstance(time, Last) and isinstance(base, Between) and _length(time, base.start) == (base.start, base.end):
        return moved_back(base, today)
    raise AskBack("ambiguous_time", "time")


def _length(time: Last, start: date) -> tuple[date, date] | None:
    if time.unit in _DAYS:
        return start, start + timedelta(days=time.n * _DAYS[time.unit])
    if time.unit in _MONTHS:
        return start, months_back(start, -time.n * _MONTHS[time.unit])
    return None


def moved_back(time: PlanTime | None, today: date) -> PlanTime:
    """The window before a window, of the same length.

    Raises: AskBack where the window has no beginning or no length in days.
    """
    if isinstance(time, Calendar):
        return Calendar(kind="calendar", unit=time.unit, offset=time.offset - 1)
    if isinstance(time, Last) and time.unit in _MONTHS:
        start = months_back(today, time.n * _MONTHS[time.unit])
        return Between(kind="between", start=months_back(today, 2 * time.n * _MONTHS[time.unit]), end=start)
    span = bounds_of(time, today) if time is not None else None
    if span is None or isinstance(time, Since):
        raise AskBack("ambiguous_time", "time")
    if span[0].day == span[1].day == 1:
        months = (span[1].year - span[0].year) * 12 + span[1].month - span[0].month
        return Between(kind="between", start=months_back(span[0], months), end=span[0])
    return Between(kind="between", start=span[0] - (span[1] - span[0]), end=span[0])
