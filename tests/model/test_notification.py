"""When a message about a flag goes: never in quiet hours, never lost by them, whatever clocks do."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doseloop.model.errors import UnusableInput
from doseloop.model.notification import (
    How,
    QuietHours,
    Severity,
    Timing,
    due_at,
    may_go_at,
)

LONDON, HOBART = ZoneInfo("Europe/London"), ZoneInfo("Australia/Lord_Howe")
ZONES = [LONDON, HOBART, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")]
"""Lord Howe sets its clocks by half an hour."""
TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0))
QUIET = st.tuples(TIMES, TIMES).filter(lambda one: one[0] != one[1]).map(lambda one: QuietHours(*one))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
TIMINGS = st.builds(Timing, st.sampled_from(list(How)), TIMES, st.integers(1, 72), st.none() | QUIET)


@given(MOMENTS, TIMINGS, st.sampled_from(ZONES))
def test_nothing_is_due_within_quiet_hours_and_everything_is_due_after_them(
    raised: datetime, timing: Timing, zone: ZoneInfo
) -> None:
    found = due_at(raised, timing, zone)
    assert timing.quiet is None or not timing.quiet.holds(found, zone)
    waited = timedelta(hours=timing.wait_h) if timing.how is How.UNSEEN else timedelta(0)
    longest = timedelta(days=1 if timing.how is How.DIGEST else 0) + timedelta(days=1, hours=2)
    assert raised + waited <= found <= raised + waited + longest


@given(MOMENTS, QUIET, st.sampled_from(ZONES))
@example(datetime(2026, 3, 29, 0, 59, tzinfo=UTC), QuietHours(time(0), time(1, 30)), LONDON)
@example(datetime(2026, 10, 25, 0, 45, tzinfo=UTC), QuietHours(time(22), time(1, 30)), LONDON)
@example(datetime(2026, 3, 28, 2, 0, tzinfo=UTC), QuietHours(time(2), time(1, 30)), LONDON)
def test_quiet_hours_end_at_the_first_moment_at_which_it_is_not_quiet(
    moment: datetime, quiet: QuietHours, zone: ZoneInfo
) -> None:
    found = may_go_at(moment, quiet, zone)
    assert not quiet.holds(found, zone)
    if found == moment:
        return
    minutes = int((found - moment).total_seconds() // 60)
    shown = [moment + timedelta(minutes=minute) for minute in range(0, minutes, 7)]
    loud = [one for one in shown if not quiet.holds(one, zone) and found - one > timedelta(hours=1)]
    assert loud == [], "what is skipped when clocks are set forward may cost an hour, no more"


def test_at_once_is_now() -> None:
    now = datetime(2026, 11, 28, 14, 3, tzinfo=UTC)
    assert due_at(now, Timing(How.AT_ONCE, quiet=QuietHours(time(22), time(6))), LONDON) == now


def test_at_night_it_waits_for_the_morning_of_the_site() -> None:
    night = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    found = due_at(night, Timing(How.AT_ONCE, quiet=QuietHours(time(22), time(6))), LONDON)
    assert found == datetime(2026, 7, 2, 5, 0, tzinfo=UTC)


def test_a_digest_goes_at_its_hour_on_both_sides_of_a_change_of_clocks() -> None:
    daily = Timing(How.DIGEST, time(7))
    assert due_at(datetime(2026, 3, 28, 12, tzinfo=UTC), daily, LONDON) == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert due_at(datetime(2026, 10, 24, 12, tzinfo=UTC), daily, LONDON) == datetime(2026, 10, 25, 7, tzinfo=UTC)


def test_a_digest_at_its_own_minute_is_the_next_day_s() -> None:
    seven = datetime(2026, 11, 28, 7, tzinfo=UTC)
    assert due_at(seven, Timing(How.DIGEST, time(7)), LONDON) == seven + timedelta(days=1)


def test_what_nobody_judges_is_told_after_the_hours_that_were_asked_for() -> None:
    now = datetime(2026, 11, 28, 14, tzinfo=UTC)
    assert due_at(now, Timing(How.UNSEEN, wait_h=4), LONDON) == now + timedelta(hours=4)


def test_quiet_hours_that_begin_when_they_end_and_waits_of_no_time_are_refused() -> None:
    with pytest.raises(UnusableInput):
        QuietHours(time(7), time(7))
    with pytest.raises(UnusableInput):
        Timing(How.UNSEEN, wait_h=0)


def test_severities_are_ordered() -> None:
    assert [one.reaches(Severity.MEDIUM) for one in Severity] == [False, True, True]
