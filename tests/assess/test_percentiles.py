"""Percentiles and the interval of a median."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from doseloop.assess.percentiles import median, median_interval, percentile, resampled_median_at_most

DOSES = st.lists(st.floats(0.01, 1e5), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("values", "p", "expected"),
    [([1, 2, 3, 4], 25, 1.75), ([1, 2, 3, 4], 50, 2.5), ([1, 2, 3, 4], 75, 3.25), ([7], 75, 7), ([5, 1, 5, 5], 50, 5)],
)
def test_a_percentile_is_hyndman_and_fan_s_type_seven(values: list[float], p: float, expected: float) -> None:
    assert percentile(values, p) == expected


@given(DOSES, st.floats(0, 100))
def test_a_percentile_equals_numpy_s_linear_one(values: list[float], p: float) -> None:
    assert percentile(values, p) == pytest.approx(float(np.percentile(values, p, method="linear")), rel=1e-12)


def test_of_nothing_there_is_no_percentile_and_of_one_no_interval() -> None:
    assert percentile([], 50) is None
    assert median_interval([3.0]) is None


def test_the_interval_agrees_with_resamples_drawn_in_full() -> None:
    generator = np.random.default_rng(7)
    for n in (20, 21, 80):
        values = np.exp(generator.normal(6, 0.4, n))
        medians = np.median(generator.choice(values, (20_000, n)), axis=1)
        low, high = np.quantile(medians, (0.025, 0.975))
        assert median_interval(values.tolist()) == pytest.approx((low, high), rel=0.03)


def test_the_interval_holds_the_true_median_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(11)
    held = 0
    for _ in range(400):
        low, high = median_interval(np.exp(generator.normal(0, 0.3, 30)).tolist(), resamples=2000) or (1, 0)
        held += low <= 1.0 <= high
    assert 0.91 <= held / 400 <= 0.98


@given(st.lists(st.floats(0.01, 1e5), min_size=2, max_size=60), st.randoms(use_true_random=False))
def test_the_order_of_the_values_does_not_matter(values: list[float], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(values, len(values))
    assert median_interval(shuffled, resamples=200) == median_interval(values, resamples=200)
    assert median(shuffled) == median(values)


@given(st.lists(st.floats(0.01, 1e5), min_size=2, max_size=60), st.sampled_from([0.125, 4.0, 1024.0]))
def test_the_interval_scales_with_the_values(values: list[float], factor: float) -> None:
    low, high = median_interval(values, resamples=200) or (0, 0)
    scaled = median_interval([one * factor for one in values], resamples=200)
    assert scaled == pytest.approx((low * factor, high * factor), rel=1e-12)


@given(st.integers(2, 60), st.data())
def test_how_often_a_resample_s_median_is_at_most_a_value_is_scipy_s_binomial_tail(
    n: int, drawn: st.DataObject
) -> None:
    at_most = drawn.draw(st.integers(0, n))
    least, most = resampled_median_at_most(n, at_most)
    assert most == pytest.approx(float(stats.binom.sf((n + 1) // 2 - 1, n, at_most / n)), abs=1e-12)
    assert least == pytest.approx(float(stats.binom.sf(n // 2, n, at_most / n)), abs=1e-12)
