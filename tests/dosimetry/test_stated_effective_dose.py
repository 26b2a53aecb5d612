"""A stated effective dose is compared, and never replaces."""

from dataclasses import replace

import pytest

from doseloop.dosimetry.effective_dose_tracer import estimate
from doseloop.dosimetry.stated_effective_dose import stated_check
from doseloop.model.reading import Reading
from tests.dosimetry.tracers import ADULT, given


def test_the_ratio_is_of_computed_over_stated() -> None:
    one = replace(given(100.0), effective_dose_msv=Reading(3.8, "", ""))
    check = stated_check(estimate(one, "F-18", "FDG", ADULT), one)
    assert check
    assert check.ratio == pytest.approx(0.5)
    assert check.authority == ""


@pytest.mark.parametrize("stated", [0.0, -1.0, float("nan"), float("inf")])
def test_a_stated_value_that_cannot_be_is_not_compared(stated: float) -> None:
    one = replace(given(100.0), effective_dose_msv=Reading(stated, "", ""))
    assert stated_check(estimate(one, "F-18", "FDG", ADULT), one) is None


def test_what_is_not_computed_or_not_stated_is_not_compared() -> None:
    assert stated_check(estimate(given(), "F-18", "FDG", ADULT), given()) is None
    one = replace(given(100.0), effective_dose_msv=Reading(3.8, "", ""))
    assert stated_check(estimate(one, "", "FDG", ADULT), one) is None
