"""From the words of a window to the window: calendar units, the last so many, dates; half-open, by the clock of the site."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from doseloop.ask.counted import DayMonth, EitherDate
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.plan import All, Between, Calendar, Last, PlanTime, Since
from doseloop.ask.said import Window

MOST_YEARS: Final = 30
"""More are an age, as in "patients over 65 years"."""
_OF_OTHER: Final = {"fortnight": (2, "week"), "half": (6, "month")}


def window_of(chunk: Chunk, today: date) -> Window:
    """The window that a phrase means on a day.

    Raises: NoReading where the words make no window, AskBack for a date that can be read in two ways.
    """
    return Window(_time(chunk, today), chunk.start, _shift(chunk.value))


def _shift(value: str) -> Any:
    if value in ("earlier", "before_after"):
        return value
    return {"previous_n": "previous", "change": "before_after", "since_change": "before_after"}.get(value)


def _time(chunk: Chunk, today: date) -> PlanTime | None:
    value = chunk.value
    if value in ("this_day", "this_week", "this_month", "this_quarter", "this_year"):
        return _calendar(value.removeprefix("this_"), 0)
    if value in ("last_day", "last_month"):
        return _calendar(value.removeprefix("last_"), -1)
    return RULES[value](chunk, today)


def _unit(chunk: Chunk) -> str:
    return str(chunk.slot("u").value)


def _calendar(unit: str, offset: int) -> PlanTime:
    if unit not in ("day", "week", "month", "quarter", "year"):
        raise NoReading(f"no calendar of {unit}")
    return Calendar.model_validate({"kind": "calendar", "unit": unit, "offset": offset})


def _last(n: int, unit: str) -> PlanTime:
    times, other = _OF_OTHER.get(unit, (1, unit))
    if not 1 <= n * times <= 3660:
        raise NoReading("so long a window cannot be asked for")
    return Last.model_validate({"kind": "last", "n": n * times, "unit": other})


def _this(chunk: Chunk, today: date) -> PlanTime:
    if _unit(chunk) == "half":
        return _half(today.year, 1 if today.month < 7 else 2)
    return _calendar(_unit(chunk), 0)


def _previous(chunk: Chunk, today: date) -> PlanTime:
    unit = _unit(chunk)
    if unit == "hour":
        return _last(1, "hour")
    return _last(1, unit) if unit in _OF_OTHER else _calendar(unit, -1)


def _before_last(chunk: Chunk, today: date) -> PlanTime:
    second = chunk.slot("u2")
    if second is not None and second.value != _unit(chunk):
        raise NoReading("two units")
    return _calendar(_unit(chunk), -2)


def _ago(chunk: Chunk, today: date) -> PlanTime:
    n = chunk.slot("n") or 1
    if n > 40:
        raise NoReading("too long ago")
    return _calendar(_unit(chunk), -n)


def _last_n(chunk: Chunk, today: date) -> PlanTime:
    return _last(chunk.slot("n"), _unit(chunk))


def _in_n(chunk: Chunk, today: date) -> PlanTime:
    if _unit(chunk) == "year" and chunk.slot("n") > MOST_YEARS:
        raise NoReading("an age")
    return _last_n(chunk, today)


def _past_one(chunk: Chunk, today: date) -> PlanTime:
    return _last(1, _unit(chunk))


def _begun(year: int | None, month: int, today: date) -> date:
    """The first of a month; without a year of the latest that has begun."""
    if year is not None:
        return date(year, month, 1)
    this = date(today.year, month, 1)
    return this if this <= today else date(today.year - 1, month, 1)


def _year_of(chunk: Chunk, today: date, name: str = "y") -> int | None:
    told = chunk.slot(name)
    if told is None:
        return None
    if told.value == "year":
        return int(told.slot("year"))
    return today.year - (1 if told.value == "last" else 0)


def _months(first: date, n: int) -> PlanTime:
    return Between(kind="between", start=first, end=_later(first, n))


def _later(first: date, months: int) -> date:
    at = first.year * 12 + first.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def _month(chunk: Chunk, today: date) -> PlanTime:
    return _months(_begun(_year_of(chunk, today), int(chunk.slot("m").value), today), 1)


def _quarter_start(chunk: Chunk, today: date) -> date:
    return _begun(_year_of(chunk, today), 3 * int(chunk.slot("q").value) - 2, today)


def _quarter(chunk: Chunk, today: date) -> PlanTime:
    return _months(_quarter_start(chunk, today), 3)


def _half(year: int, half: int) -> PlanTime:
    return _months(date(year, 6 * half - 5, 1), 6)


def _half_of(chunk: Chunk, today: date) -> PlanTime:
    return _months(_begun(_year_of(chunk, today), 6 * int(chunk.slot("h").value) - 5, today), 6)


def _year(chunk: Chunk, today: date) -> PlanTime:
    return Between(kind="between", start=date(chunk.slot("y"), 1, 1), end=date(chunk.slot("y") + 1, 1, 1))


def the_day(said: Any, today: date) -> date:
    """A day as it was told; without a year the latest that has begun.

    Raises: AskBack where month and day may be read either way.
    """
    if isinstance(said, EitherDate):
        raise AskBack("ambiguous_date", "time", tuple(one.isoformat() for one in said.options))
    if isinstance(said, DayMonth):
        year = today.year if (said.month, said.day) <= (today.month, today.day) else today.year - 1
        return date(year, said.month, min(said.day, monthrange(year, said.month)[1]))
    if not isinstance(said, date):
        raise NoReading("no day")
    return said


def _day(chunk: Chunk, today: date) -> PlanTime:
    day = the_day(chunk.slot("d"), today)
    return Between(kind="between", start=day, end=day + timedelta(days=1))


def _between(chunk: Chunk, today: date) -> PlanTime:
    first, last = chunk.slot("a"), chunk.slot("b")
    end = the_day(last, today)
    start = _before(first, end, today)
    return _ordered(start, end + timedelta(days=1))


def _before(said: Any, end: date, today: date) -> date:
    """The day that a range begins; without a year the latest before its end."""
    if isinstance(said, DayMonth):
        same = date(end.year, said.month, min(said.day, monthrange(end.year, said.month)[1]))
        return (
            same
            if same <= end
            else date(end.year - 1, said.month, min(said.day, monthrange(end.year - 1, said.month)[1]))
        )
    return the_day(said, today)


def _between_days(chunk: Chunk, today: date) -> PlanTime:
    end = the_day(chunk.slot("b"), today)
    first = chunk.slot("a")
    if first != int(first) or not 1 <= first <= end.day:
        raise NoReading("no day of that month")
    return _ordered(end.replace(day=int(first)), end + timedelta(days=1))


def _between_months(chunk: Chunk, today: date) -> PlanTime:
    last = _begun(_year_of(chunk, today), int(chunk.slot("b").value), today)
    month = int(chunk.slot("a").value)
    first = date(last.year if month <= last.month else last.year - 1, month, 1)
    return _ordered(first, _later(last, 1))


def _between_months_years(chunk: Chunk, today: date) -> PlanTime:
    first = _begun(_year_of(chunk, today, "x"), int(chunk.slot("a").value), today)
    return _ordered(first, _later(_begun(_year_of(chunk, today), int(chunk.slot("b").value), today), 1))


def _between_years(chunk: Chunk, today: date) -> PlanTime:
    return _ordered(date(chunk.slot("a"), 1, 1), date(chunk.slot("b") + 1, 1, 1))


def _ordered(start: date, end: date) -> PlanTime:
    if start >= end:
        raise NoReading("the window ends before it begins")
    return Between(kind="between", start=start, end=end)


def _since(day: date, today: date) -> PlanTime:
    if day > today:
        raise NoReading("nothing happened since a day to come")
    return Since(kind="since", start=day)


def _since_date(chunk: Chunk, today: date) -> PlanTime:
    return _since(the_day(chunk.slot("d"), today), today)


def _since_month(chunk: Chunk, today: date) -> PlanTime:
    return _since(_begun(_year_of(chunk, today), int(chunk.slot("m").value), today), today)


def _since_year(chunk: Chunk, today: date) -> PlanTime:
    return _since(date(chunk.slot("y"), 1, 1), today)


def _since_quarter(chunk: Chunk, today: date) -> PlanTime:
    return _since(_quarter_start(chunk, today), today)


def _since_weekday(chunk: Chunk, today: date) -> PlanTime:
    back = (today.weekday() - int(chunk.slot("w").value)) % 7
    if back == 0:
        raise AskBack("ambiguous_time", "time")
    return _since(today - timedelta(days=back), today)


def _since_last(chunk: Chunk, today: date) -> PlanTime:
    unit = chunk.slot("u")
    if unit is None:
        return _since(today - timedelta(days=1), today)
    return _since(start_of(unit.value, -1, today), today)


def start_of(unit: str, offset: int, today: date) -> date:
    """First day of the calendar unit that is `offset` units from today's.

    >>> start_of("quarter", -1, date(2026, 11, 18))
    datetime.date(2026, 7, 1)
    """
    if unit == "day":
        return today + timedelta(days=offset)
    if unit == "week":
        return today - timedelta(days=today.weekday()) + timedelta(weeks=offset)
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None:
        raise NoReading(f"no calendar of {unit}")
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    return _later(first, months * offset)


def _all(chunk: Chunk, today: date) -> PlanTime:
    return All(kind="all")


def _none(chunk: Chunk, today: date) -> None:
    return None


RULES: Final[dict[str, Callable[[Chunk, date], PlanTime | None]]] = {
    "this": _this,
    "last": _previous,
    "before_last": _before_last,
    "before_yesterday": lambda chunk, today: _calendar("day", -2),
    "ago": _ago,
    "n_last": _last_n,
    "in_n": _in_n,
    "last_n": _last_n,
    "bare_n": _last_n,
    "previous_n": _last_n,
    "past_one": _past_one,
    "earlier": _none,
    "month": _month,
    "this_month_named": _month,
    "quarter": _quarter,
    "half_of": _half_of,
    "year": _year,
    "day": _day,
    "between": _between,
    "between_days": _between_days,
    "between_months": _between_months,
    "between_months_years": _between_months_years,
    "between_years": _between_years,
    "since_date": _since_date,
    "since_month": _since_month,
    "since_year": _since_year,
    "since_quarter": _since_quarter,
    "since_last": _since_last,
    "since_weekday": _since_weekday,
    "change": _since_date,
    "before_after": _since_date,
    "all": _all,
}
