"""An exam is compared with its own past at its size, and with nothing that came after it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.drift import correlated, exams
from doseloop.assess.own_usual import STAGES, SeriesExam, unusual


def series(seed: int = 1, length: int = 600, correlation: float = 0.3) -> tuple[SeriesExam, ...]:
    chance = np.random.default_rng(seed)
    return exams(correlated(chance, length, correlation), chance)


MADE = series()


def test_what_is_left_of_quiet_exams_is_standardised_and_hardly_correlates() -> None:
    made = [unusual(series(seed)) for seed in range(20)]
    fresh = [one.fresh for one in made if one is not None]
    assert np.mean([np.mean(one) for one in fresh]) == pytest.approx(0, abs=0.1)
    assert np.mean([np.std(one) for one in fresh]) == pytest.approx(1, abs=0.1)
    assert np.mean([np.corrcoef(one[1:], one[:-1])[0, 1] for one in fresh]) == pytest.approx(0, abs=0.1)
    assert np.mean([one.log_sd for one in made if one is not None]) == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("length", [150, 250, 401])
def test_exams_that_come_later_change_nothing(length: int) -> None:
    early, late = unusual(MADE[:length]), unusual(MADE)
    assert early is not None and late is not None
    assert np.array_equal(early.fresh, late.fresh[: len(early.fresh)])


@settings(max_examples=10, deadline=None)
@given(st.floats(1e-3, 1e3))
def test_the_unit_changes_nothing(factor: float) -> None:
    other = unusual([replace(one, value=one.value * factor) for one in MADE])
    found = unusual(MADE)
    assert found is not None and other is not None
    assert other.beyond == pytest.approx(found.beyond, abs=1e-4)


def test_a_hundred_exams_tell_nothing_yet() -> None:
    assert unusual(MADE[: STAGES[0]]) is None
    assert unusual([]) is None
    one_more = unusual(MADE[: STAGES[0] + 1])
    assert one_more is not None and len(one_more.fresh) == 1


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_a_value_that_is_none_is_left_out(value: float) -> None:
    found, other = unusual(MADE), unusual([replace(MADE[3], value=value), *MADE])
    assert found is not None and other is not None
    assert np.array_equal(found.fresh, other.fresh)


def test_without_weights_size_is_left_out() -> None:
    found = unusual([replace(one, weight_kg=None) for one in MADE])
    assert found is not None
    assert not found.is_sized
    assert len(found.at) == len(MADE) - STAGES[0]


def test_doses_that_are_all_the_same_have_nothing_unusual() -> None:
    found = unusual([replace(one, value=5.0, weight_kg=None) for one in MADE])
    assert found is not None
    assert np.allclose(found.fresh, 0)
