"""Robust slope and spread."""

import numpy as np
import pytest

from doseloop.assess.robust_scale import qn_scale, t_quantile, theil_sen_slope


def test_the_spread_of_normal_values_is_found_without_bias() -> None:
    generator = np.random.default_rng(3)
    for n in (20, 21, 100):
        found = [qn_scale(generator.normal(0, 0.25, n)) for _ in range(400)]
        assert np.mean(found) == pytest.approx(0.25, rel=0.03)


def test_a_fifth_of_wild_values_hardly_moves_the_spread() -> None:
    generator = np.random.default_rng(4)
    values = generator.normal(0, 0.25, 100)
    values[:20] += 50
    assert qn_scale(values) < 0.45


def test_the_slope_ignores_wild_values_and_is_none_without_a_run() -> None:
    x = np.linspace(0, 1, 50)
    y = 2 * x
    y[::10] += 40
    assert theil_sen_slope(x, y) == pytest.approx(2.0, abs=0.2)
    assert theil_sen_slope(np.ones(20), y[:20]) is None


@pytest.mark.parametrize(
    ("p", "degrees", "tabulated"), [(1.959964, 16, 2.1199), (3.290527, 16, 4.0150), (3.290527, 60, 3.4602)]
)
def test_quantiles_of_t_equal_the_tables(p: float, degrees: float, tabulated: float) -> None:
    assert t_quantile(p, degrees) == pytest.approx(tabulated, rel=0.005)
