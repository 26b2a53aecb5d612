"""A robust line follows its data, does not follow wild values, and its errors know of neighbours that are alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.effect import autoregression
from doseloop.assess.robust_fit import neighbour_correlation, robust_fit

X = np.linspace(-1, 1, 200)
DESIGN = np.column_stack([np.ones(200), X])
NOISE = 0.2 * np.random.default_rng(1).standard_normal(200)
ORDER = [np.arange(200)]


@settings(max_examples=25, deadline=None)
@given(st.floats(-10, 10), st.floats(-10, 10))
def test_a_line_that_is_added_is_added_to_the_fit(level: float, slope: float) -> None:
    before, after = robust_fit(DESIGN, NOISE, ORDER), robust_fit(DESIGN, NOISE + level + slope * X, ORDER)
    assert before is not None and after is not None
    assert after.coefficients - before.coefficients == pytest.approx([level, slope], abs=1e-4)
    assert after.log_sd == pytest.approx(before.log_sd, rel=1e-3)


def test_wild_values_hardly_move_it() -> None:
    wild = np.where(np.arange(200) % 20 == 0, 50.0, NOISE + X)
    fitted = robust_fit(DESIGN, wild, ORDER)
    assert fitted is not None
    assert fitted.coefficients == pytest.approx([0, 1], abs=0.1)
    assert fitted.log_sd == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize("correlation", [0.0, 0.3])
def test_its_errors_are_as_large_as_it_says(correlation: float) -> None:
    chance = np.random.default_rng(2)
    fits = [robust_fit(DESIGN, autoregression(chance, 200, correlation), ORDER) for _ in range(150)]
    levels = [float(one.coefficients[0]) for one in fits if one]
    said = np.mean([float(one.covariance[0, 0]) for one in fits if one])
    assert said == pytest.approx(np.var(levels), rel=0.35)


def test_columns_that_depend_on_each_other_are_no_design() -> None:
    assert robust_fit(np.column_stack([np.ones(200), np.ones(200)]), NOISE, ORDER) is None
    assert robust_fit(DESIGN[:11], NOISE[:11], [np.arange(11)]) is None


def test_neighbours_correlate_as_they_were_made() -> None:
    assert neighbour_correlation([autoregression(np.random.default_rng(3), 5000)]) == pytest.approx(0.3, abs=0.05)


def test_few_equal_or_alternating_values_do_not_correlate() -> None:
    assert (
        neighbour_correlation([]) == neighbour_correlation([np.ones(5)]) == neighbour_correlation([np.zeros(50)]) == 0.0
    )
    assert neighbour_correlation([np.tile([1.0, -1.0], 50)]) == 0.0
