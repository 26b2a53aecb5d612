"""The charts alarm at what stays away, on either side, and not at a single wild value."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess import control_chart
from doseloop.assess.control_chart import (
    CUSUM_ALLOWANCE,
    CUSUM_LIMIT,
    EWMA_LIMIT,
    EWMA_WEIGHT,
    Alarm,
    Statistics,
)

WELL_KNOWN = 10**9
values = st.lists(st.floats(-5, 5), max_size=300)


def first_alarm(numbers: list[float]) -> Alarm | None:
    return control_chart.first_alarm(numbers, [WELL_KNOWN] * len(numbers))


def walk(numbers: list[float]) -> list[Statistics]:
    return control_chart.walk(numbers, [WELL_KNOWN] * len(numbers))


def quiet(seed: int, length: int = 1000) -> list[float]:
    return [float(one) for one in np.random.default_rng(seed).standard_normal(length)]


def test_a_constant_shift_alarms_when_its_sum_passes_the_limit() -> None:
    alarm = first_alarm([1.0] * 100)
    assert alarm is not None
    by_sum = math.floor(CUSUM_LIMIT / (1 - CUSUM_ALLOWANCE)) + 1
    assert alarm.at + 1 <= by_sum
    assert alarm.is_rise


def test_a_shift_below_the_allowance_alarms_by_the_average_alone() -> None:
    small = [0.34] * 2000
    assert max(one.above for one in walk(small)) == 0
    noisy = [0.3 + one for one in quiet(1, 3000)]
    assert first_alarm(noisy) is not None


@given(values)
def test_what_falls_is_judged_as_what_rises(numbers: list[float]) -> None:
    up, down = first_alarm(numbers), first_alarm([-one for one in numbers])
    assert (up is None) == (down is None)
    if up is not None and down is not None:
        assert (up.at, up.chart, up.is_rise) == (down.at, down.chart, not down.is_rise)


@given(values, values)
def test_later_values_never_change_an_alarm(numbers: list[float], later: list[float]) -> None:
    alarm = first_alarm(numbers)
    assert alarm is None or first_alarm([*numbers, *later]) == alarm


@given(st.integers(0, 500))
def test_a_single_wild_value_makes_no_alarm(position: int) -> None:
    assert first_alarm([1e6 if one == position else 0.0 for one in range(501)]) is None


def test_no_values_make_no_alarm() -> None:
    assert first_alarm([]) is None


def test_the_average_is_told_in_its_own_standard_deviations() -> None:
    chance = np.random.default_rng(2)
    ends = [walk([float(one) for one in chance.standard_normal(200)])[-1].average for _ in range(400)]
    assert float(np.std(ends)) == pytest.approx(1, abs=0.1)
    assert 0 < EWMA_WEIGHT < 1 < EWMA_LIMIT


def test_independent_values_hardly_ever_alarm() -> None:
    assert sum(first_alarm(quiet(seed)) is not None for seed in range(60)) <= 3


@given(values)
def test_the_less_is_known_the_later_it_alarms(numbers: list[float]) -> None:
    little, much = (control_chart.first_alarm(numbers, [n] * len(numbers)) for n in (100, WELL_KNOWN))
    assert little is None or (much is not None and much.at <= little.at)
