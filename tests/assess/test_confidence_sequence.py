"""An interval that holds at every look is wider than one for a single look, and the truth leaves it no more often than it says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.confidence_sequence import half_width

informations = st.floats(1e-3, 1e6)


@given(st.integers(1, 10**6), st.floats(1e-6, 10), st.floats(1e-4, 0.5))
def test_it_is_the_margin_of_the_paper(n: int, rho_squared: float, alpha: float) -> None:
    """Waudby-Smith and others, arXiv 2103.06476: of a mean of n values of variance 1, with the tuning constant rho."""
    margin = math.sqrt(
        2 * (n * rho_squared + 1) / (n**2 * rho_squared) * math.log(math.sqrt(n * rho_squared + 1) / alpha)
    )
    ratio = half_width_ratio(alpha)
    assert half_width(n, planned=ratio / rho_squared, alpha=alpha) == pytest.approx(margin)


def half_width_ratio(alpha: float) -> float:
    """The information at which an interval of mixing constant 1 is narrowest for its kind, by search."""
    low, high = 1.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if middle < math.log1p(middle) - 2 * math.log(alpha) else (low, middle)
    return low


@given(informations, informations, st.floats(1e-4, 0.5))
def test_it_is_wider_than_the_interval_for_one_look(information: float, planned: float, alpha: float) -> None:
    assert half_width(information, planned, alpha) > math.sqrt(-2 * math.log(alpha) / information)


@given(informations, informations)
def test_more_information_makes_it_narrower(information: float, planned: float) -> None:
    assert half_width(2 * information, planned) < half_width(information, planned)


@given(informations, informations, st.floats(0.01, 100))
def test_it_follows_the_unit(information: float, planned: float, unit: float) -> None:
    in_other = half_width(information / unit**2, planned / unit**2)
    assert in_other == pytest.approx(unit * half_width(information, planned))


@given(informations)
def test_no_other_plan_makes_it_narrower_where_it_was_planned(planned: float) -> None:
    best = half_width(planned, planned)
    assert all(half_width(planned, planned * other) >= best - 1e-12 for other in (0.3, 0.8, 1.2, 3.0))


@pytest.mark.parametrize("information", [0.0, -1.0, math.nan])
def test_without_information_it_has_no_end(information: float) -> None:
    assert half_width(information, 100.0) == math.inf


@pytest.mark.parametrize(("planned", "alpha"), [(0.0, 0.05), (-1.0, 0.05), (math.nan, 0.05), (1.0, 0.0), (1.0, 1.0)])
def test_a_plan_or_level_that_is_none_is_refused(planned: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        half_width(1.0, planned, alpha)


def test_the_truth_stays_inside_at_all_looks_together() -> None:
    """4000 walks of 1000 steps; the sequence holds 95 % at all of infinitely many looks, so more than that at these."""
    steps = np.arange(1, 1001)
    reach = np.array([half_width(float(n), planned=100.0) for n in steps])
    means = np.cumsum(np.random.default_rng(1).standard_normal((4000, 1000)), axis=1) / steps
    outside = float(np.mean(np.any(np.abs(means) > reach, axis=1)))
    assert 0.01 < outside < 0.05


def test_a_baseline_that_is_itself_estimated_does_not_break_it() -> None:
    """The difference of two means, of which one stays as it is: its information has an end, and its walk is the same."""
    chance, steps = np.random.default_rng(2), np.arange(1, 1001)
    informations = 1 / (1 / steps + 1 / 50)
    reach = np.array([half_width(float(one), planned=20.0) for one in informations])
    after = np.cumsum(chance.standard_normal((4000, 1000)), axis=1) / steps
    before = chance.standard_normal((4000, 1)) / math.sqrt(50)
    assert float(np.mean(np.any(np.abs(after - before) > reach, axis=1))) < 0.05
