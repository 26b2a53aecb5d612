"""A step is dated where it began, with an interval that holds its beginning."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.change_point import change_point


@given(st.integers(0, 90), st.floats(0.5, 5), st.sampled_from([1, -1]))
def test_a_clean_step_is_dated_to_its_first_value(begun: int, size: float, sign: int) -> None:
    values = np.where(np.arange(100) >= begun, sign * size, 0.0)
    found = change_point(values)
    assert found is not None
    assert found.at == begun
    assert found.earliest <= begun <= found.latest


def test_fewer_than_two_values_have_no_step() -> None:
    assert change_point(np.array([])) is None
    assert change_point(np.array([3.0])) is None


def test_the_interval_holds_the_beginning_in_nine_of_ten_noisy_steps() -> None:
    chance, held, errors = np.random.default_rng(1), [], []
    for _ in range(400):
        found = change_point(chance.standard_normal(140) + np.where(np.arange(140) >= 100, 1.0, 0.0))
        assert found is not None
        held.append(found.earliest <= 100 <= found.latest)
        errors.append(abs(found.at - 100))
    assert np.mean(held) > 0.9
    assert np.median(errors) <= 3
