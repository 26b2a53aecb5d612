"""Activity per kilogram."""

from math import isclose

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from doseloop.dosimetry.activity_per_kg import activity_per_kg_mbq_kg, estimate
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.subject import Subject
from tests.dosimetry.tracers import given


def test_the_activity_of_one_administration_is_divided_by_the_weight() -> None:
    found = estimate(given(300.0), Subject(weight_kg=75.0))
    assert isinstance(found, Estimate)
    assert (found.value, found.verified) == (4.0, True)


@pytest.mark.parametrize("weight", [None, 0.0, -3.0, float("nan"), float("inf")])
def test_a_weight_that_cannot_be_gives_a_reason(weight: float | None) -> None:
    found = estimate(given(), Subject(weight_kg=weight))
    assert isinstance(found, NotEstimated)
    assert "weight" in found.reason


def test_a_missing_activity_gives_a_reason() -> None:
    found = estimate(given(None), Subject(weight_kg=70.0))
    assert isinstance(found, NotEstimated)
    assert "activity" in found.reason


@drawn(st.floats(0.001, 1e6), st.floats(0.5, 400.0))
def test_it_times_the_weight_is_the_activity_again(activity: float, weight: float) -> None:
    assert isclose(activity_per_kg_mbq_kg(activity, weight) * weight, activity)


@pytest.mark.parametrize(("activity", "weight"), [(-1.0, 70.0), (1.0, 0.0), (1.0, float("nan"))])
def test_what_cannot_be_is_refused(activity: float, weight: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        activity_per_kg_mbq_kg(activity, weight)
