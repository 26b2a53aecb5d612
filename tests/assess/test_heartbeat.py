"""A scanner is silent where its usual hours bring nothing, and not at night, on Sundays or without a history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.heartbeat import HOURS, UsualWeek, hour_of_week, on_scanner, silence, usual_week

MONDAY = datetime(2026, 1, 5)
OFFICE = (0, 0, 0, 0, 0, 0, 0, 0.4, 1.2, 1.4, 1.4, 1.2, 0.8, 1.2, 1.2, 1.0, 0.5, 0.1, 0, 0, 0, 0, 0, 0)
ROUND_THE_CLOCK = (*[0.3] * 7, 0.8, *[1.5] * 10, *[1.0] * 4, 0.5, 0.5)


def rates(
    day: Sequence[float], days: Sequence[float], per_week: float
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    shape = np.outer(days, day).ravel()
    return np.asarray(shape / shape.sum() * per_week)


WORKLOADS = {
    "emergency": rates(ROUND_THE_CLOCK, (1.15, 1.1, 1.1, 1.1, 1.1, 0.75, 0.7), 150),
    "planned": rates(OFFICE, (1, 1, 1, 1, 1, 0, 0), 100),
    "slow": rates(OFFICE, (1, 1, 1, 1, 1, 0, 0), 10),
}


def exams(workload: str, weeks: int, seed: int = 1, day_variance: float = 0.0) -> list[datetime]:
    """A Poisson process with the rate of each hour of the week, each day's times a gamma factor of mean 1."""
    chance = np.random.default_rng(seed)
    found = []
    for day in range(7 * weeks):
        factor = chance.gamma(1 / day_variance, day_variance) if day_variance else 1.0
        for hour, number in enumerate(chance.poisson(WORKLOADS[workload][day % 7 * 24 :][:24] * factor)):
            seconds = np.sort(chance.uniform(0, 3600, number))
            found += [MONDAY + timedelta(days=day, hours=hour, seconds=float(second)) for second in seconds]
    return found


def known(workload: str, weeks: int = 8) -> UsualWeek:
    found = usual_week(exams(workload, weeks), MONDAY + timedelta(weeks=weeks))
    assert found is not None
    return found


def alarms(starts: list[datetime]) -> tuple[int, float]:
    """Silences that would have been told between two exams, and the months of it: the usual week is taken anew each day from
    what came before."""
    told, since, week = 0, 0, None
    begun = starts[0] + timedelta(weeks=8)
    pairs = [pair for pair in pairwise(starts) if pair[0] >= begun]
    for position, (one, following) in enumerate(pairs):
        if position == 0 or one.date() != pairs[position - 1][0].date():
            since = next(at for at in range(since, len(starts)) if starts[at] >= one - timedelta(weeks=8))
            week = usual_week([start for start in starts[since:] if start <= one], one)
        told += week is not None and silence(week, one, following).is_told
    return told, (starts[-1] - begun) / timedelta(days=365.25 / 12)


def test_nights_and_weekends_of_a_planned_scanner_count_as_nothing() -> None:
    friday = MONDAY + timedelta(weeks=8, days=4, hours=18)
    found = silence(known("planned"), friday, friday + timedelta(days=2, hours=12))
    assert (found.missing, found.usual_hours, found.is_told) == (0.0, 0.0, False)


@pytest.mark.parametrize(("workload", "hours"), [("planned", 8), ("emergency", 24), ("slow", 24 * 14)])
def test_a_real_silence_is_told_in_usual_hours(workload: str, hours: int) -> None:
    since = MONDAY + timedelta(weeks=8, hours=9)
    assert silence(known(workload), since, since + timedelta(hours=hours)).is_told
    assert not silence(known(workload), since, since + timedelta(hours=1)).is_told


def test_a_silence_of_months_is_still_one() -> None:
    since = MONDAY + timedelta(weeks=8)
    week = usual_week(exams("planned", 8), since + timedelta(weeks=40))
    assert week is not None
    found = silence(week, since, since + timedelta(weeks=40))
    assert found.is_told
    assert found.missing == pytest.approx(40 * week.per_week)


@pytest.mark.parametrize("starts", [[], [MONDAY], [MONDAY + timedelta(minutes=n) for n in range(500)]])
def test_too_little_history_knows_no_usual_week(starts: list[datetime]) -> None:
    assert usual_week(starts, MONDAY + timedelta(weeks=20)) is None


def test_a_wrong_clock_in_the_future_counts_as_nothing() -> None:
    starts, now = exams("planned", 8), MONDAY + timedelta(weeks=8)
    assert usual_week([*starts, datetime(2099, 1, 1)], now) == usual_week(starts, now)


def test_one_exam_at_night_makes_no_usual_hour() -> None:
    night = MONDAY + timedelta(days=2, hours=3)
    week = usual_week([*exams("planned", 8), night], MONDAY + timedelta(weeks=8))
    assert week is not None
    assert week.per_hour[hour_of_week(night)] == 0.0


def test_one_silence_is_one_flag_however_long_it_lasts() -> None:
    since, week = MONDAY + timedelta(weeks=8, hours=9), known("planned")
    found = [
        on_scanner("scanner 1", "CT 1", week, silence(week, since, since + timedelta(days=days))) for days in (0, 2, 30)
    ]
    assert found[0] is None
    assert found[1] == found[2]
    assert found[1] is not None
    assert "since Monday 2 March 2026, 09:00" in found[1].sentence


@given(st.floats(0, 24 * 7 * 30), st.floats(0, 24 * 7 * 30), st.floats(0, 2))
def test_a_longer_silence_never_misses_less(one: float, more: float, variance: float) -> None:
    week = UsualWeek(tuple(WORKLOADS["planned"]), 8.0, 800, variance)
    since = MONDAY + timedelta(hours=5, minutes=17)
    first, second = (silence(week, since, since + timedelta(hours=hours)) for hours in (one, one + more))
    assert first.missing <= second.missing + 1e-9
    assert first.usual_hours <= second.usual_hours + 1e-9
    assert second.is_told or not first.is_told


def test_what_is_missing_in_a_week_is_the_week() -> None:
    week = UsualWeek(tuple(float(hour % 5) for hour in range(HOURS)), 8.0, 800)
    since = MONDAY + timedelta(hours=13, minutes=41)
    found = silence(week, since, since + timedelta(weeks=1) - timedelta(microseconds=1))
    assert found.missing == pytest.approx(week.per_week)


def test_days_that_differ_are_noticed_and_even_ones_are_not() -> None:
    now = MONDAY + timedelta(weeks=8)
    even, uneven = (usual_week(exams("planned", 8, 3, variance), now) for variance in (0.0, 0.25))
    assert even is not None
    assert uneven is not None
    assert even.day_variance < 0.05 < uneven.day_variance


@pytest.mark.parametrize(
    ("workload", "day_variance", "most"), [("planned", 0.0, 0.2), ("emergency", 0.0, 0.3), ("planned", 0.25, 0.3)]
)
def test_false_alarms_of_a_month_stay_few(workload: str, day_variance: float, most: float) -> None:
    """Two years of each; `docs/rules.md` has the figures of ten."""
    told, months = alarms(exams(workload, 104, 5, day_variance))
    assert told / months <= most
