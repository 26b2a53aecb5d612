"""When reports are due: laws that hold for any rhythm and day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.model.errors import UnusableInput
from doseloop.model.report_schedule import EVERY, Rhythm

RHYTHMS = st.builds(Rhythm, st.sampled_from(EVERY), st.integers(1, 28), st.integers(1, 60))
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@given(RHYTHMS, DAYS)
def test_a_day_lies_between_the_last_and_the_next_due_day(rhythm: Rhythm, today: date) -> None:
    last, following = rhythm.last_due(today), rhythm.next_due(today)
    assert last <= today < following
    assert (last.day, following.day) == (rhythm.day, rhythm.day)


@given(RHYTHMS, DAYS)
def test_no_due_day_lies_between_two_that_follow_each_other(rhythm: Rhythm, today: date) -> None:
    following = rhythm.next_due(today)
    assert rhythm.last_due(following) == following
    assert rhythm.last_due(following - timedelta(days=1)) == rhythm.last_due(today)


@given(RHYTHMS, DAYS)
def test_the_window_is_of_whole_months_and_ends_before_the_month_that_it_is_due_in(rhythm: Rhythm, today: date) -> None:
    due = rhythm.last_due(today)
    first, last = rhythm.days(due)
    assert last + timedelta(days=1) == due.replace(day=1)
    assert first.day == 1
    assert (due.year - first.year) * 12 + due.month - first.month == rhythm.months


def test_quarters_begin_in_january_april_july_and_october() -> None:
    months = {Rhythm("quarter", 5, 12).last_due(date(2026, month, 28)).month for month in range(1, 13)}
    assert months == {1, 4, 7, 10}


@pytest.mark.parametrize(
    ("every", "day", "months"),
    [("week", 1, 1), ("", 1, 1), ("month", 0, 1), ("month", 29, 1), ("month", 1, 0), ("month", 1, 61)],
)
def test_what_is_no_rhythm_is_refused(every: str, day: int, months: int) -> None:
    with pytest.raises(UnusableInput):
        Rhythm(every, day, months)  # type: ignore[arg-type]
