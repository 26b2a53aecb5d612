"""Activity given against that recommended."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from doseloop.dosimetry.paediatric_activity_ratio import activity_ratio, estimate
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.subject import Subject
from tests.dosimetry.tracers import given

CHILD = Subject(age_years=6.0, weight_kg=20.0)


def test_twice_what_is_recommended_is_2() -> None:
    found = estimate(given(2 * 35.0 * 4.86), "Tc-99m", "MDP", CHILD)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(2.0)
    assert (found.verified, found.is_default) == (False, False)


@pytest.mark.parametrize(
    ("activity", "nuclide", "subject", "word"),
    [
        (None, "Tc-99m", CHILD, "activity"),
        (100.0, "", CHILD, "radionuclide"),
        (100.0, "Tc-99m", Subject(age_years=6.0), "weight"),
    ],
)
def test_what_is_missing_is_said(activity: float | None, nuclide: str, subject: Subject, word: str) -> None:
    found = estimate(given(activity), nuclide, "MDP", subject)
    assert isinstance(found, NotEstimated)
    assert word in found.reason


@drawn(st.floats(0.001, 1e5), st.floats(0.001, 1e5))
def test_it_is_1_where_both_are_the_same_and_rises_with_the_activity(activity: float, recommended: float) -> None:
    assert activity_ratio(activity, activity) == 1.0
    assert activity_ratio(2 * activity, recommended) > activity_ratio(activity, recommended)


@pytest.mark.parametrize(("activity", "recommended"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0), (1.0, float("nan"))])
def test_what_cannot_be_is_refused(activity: float, recommended: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        activity_ratio(activity, recommended)
