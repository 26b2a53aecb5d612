"""When medians are due for review."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.level_review import Change, due

FIRST, TODAY = date(2025, 1, 10), date(2026, 11, 27)


def test_a_year_after_the_last_review_another_is_due_and_a_day_before_it_is_not() -> None:
    last = TODAY - timedelta(days=365)
    found = due(last, FIRST, [], TODAY)
    assert found is not None and found.since == TODAY
    assert due(last + timedelta(days=1), FIRST, [], TODAY) is None


def test_a_scanner_that_was_never_reviewed_is_due_a_year_after_its_first_exam() -> None:
    found = due(None, FIRST, [], TODAY)
    assert found is not None and found.since == FIRST + timedelta(days=365)
    assert due(None, TODAY - timedelta(days=364), [], TODAY) is None


def test_a_change_since_the_last_review_asks_for_one_and_says_which() -> None:
    changes = [Change(date(2026, 10, 3), "tube change"), Change(date(2026, 9, 1), "software version", "VB20A")]
    found = due(date(2026, 8, 1), FIRST, changes, TODAY)
    assert found is not None
    assert (found.since, found.why) == (
        date(2026, 9, 1), "Software version on 2026-09-01 (VB20A), and 1 more change since.",
    )  # fmt: skip


def test_what_changed_before_the_last_review_or_lies_ahead_asks_for_nothing() -> None:
    changes = [Change(date(2026, 8, 1), "tube change"), Change(date(2026, 12, 1), "tube change")]
    assert due(date(2026, 8, 1), FIRST, changes, TODAY) is None


@given(st.dates(date(2025, 1, 1), TODAY), st.lists(st.dates(date(2024, 1, 1), date(2027, 1, 1)), max_size=5))
def test_right_after_a_review_none_is_due(last: date, days: list[date]) -> None:
    assert due(last, FIRST, [Change(one, "tube change") for one in days], last) is None
