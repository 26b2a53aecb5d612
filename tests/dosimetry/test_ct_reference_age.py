"""The reference person who stands for a patient."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.ct_reference_age import ReferenceAge, ct_reference_age
from doseloop.dosimetry.missing import Missing


@pytest.mark.parametrize(
    ("age", "stands"),
    [
        (0, 0),
        (0.5, 0),
        (0.6, 1),
        (3, 1),
        (3.1, 5),
        (7.5, 5),
        (10, 10),
        (12.6, 15),
        (17.5, 15),
        (17.6, "adult"),
        (99, "adult"),
    ],
)
def test_the_nearest_stands_and_half_way_the_younger(age: float, stands: ReferenceAge) -> None:
    assert ct_reference_age(age) == stands


@given(st.floats(0, 120))
def test_no_other_reference_person_is_nearer(age: float) -> None:
    found = ct_reference_age(age)
    years = 20.0 if found == "adult" else found
    assert min(age, 20) - years == pytest.approx(min((min(age, 20) - one for one in (0, 1, 5, 10, 15, 20)), key=abs))


@pytest.mark.parametrize("age", [None, -1.0, nan, inf])
def test_an_age_that_is_missing_or_cannot_be_has_none(age: float | None) -> None:
    with pytest.raises(Missing, match="age"):
        ct_reference_age(age)
