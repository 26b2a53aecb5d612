"""CT and tracer of one act: added where both are weighted alike, never silently."""

from dataclasses import replace

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from doseloop.dosimetry.act import act_dose_msv, acts, one_act, together
from doseloop.dosimetry.effective_dose_tracer import estimates
from doseloop.model.estimate import Estimate, NotEstimated
from tests.dosimetry.tracers import ADULT, given

CT_103 = Estimate(
    "effective_dose_msv", 8.0, "ct", 1, verified=True, coefficients="ct-k-icrp103-adult", assumptions=("Adult.",)
)
CT_60 = replace(CT_103, value=9.0, coefficients="ct-k-nci2012-icrp60")
TRACER_60, TRACER_103 = estimates(given(400.0), "F-18", "FDG", ADULT)
NONE = NotEstimated("effective_dose_msv", "ct", "No region is known.")


def test_parts_of_one_kind_are_added() -> None:
    found = one_act(CT_103, TRACER_103)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(8.0 + 400 * 0.0171)
    assert (found.verified, found.is_default) == (True, False)
    assert "Adult." in found.assumptions


def test_parts_of_two_kinds_are_not_added() -> None:
    found = one_act(CT_103, TRACER_60)
    assert isinstance(found, NotEstimated)
    assert (
        found.reason == "The CT is weighted by ICRP 103 and the tracer is weighted by ICRP 60, so they are not added."
    )


@pytest.mark.parametrize(
    ("ct", "tracer", "word"), [(None, TRACER_60, "the CT"), (CT_60, None, "the tracer"), (NONE, TRACER_60, "No region")]
)
def test_a_sum_with_a_part_missing_is_no_sum(
    ct: Estimate | NotEstimated | None, tracer: Estimate | None, word: str
) -> None:
    found = one_act(ct, tracer)
    assert isinstance(found, NotEstimated)
    assert word in found.reason


def test_weights_that_are_not_told_are_not_added() -> None:
    (dotatoc,) = estimates(given(185.0), "Ga-68", "DOTATOC", ADULT)
    found = one_act(CT_103, dotatoc)
    assert isinstance(found, NotEstimated)
    assert "not told" in found.reason


def test_every_pair_of_one_kind_has_a_sum_and_one_stands_for_the_act() -> None:
    found = acts((CT_60, CT_103, NONE), (TRACER_60, TRACER_103))
    assert [round(one.value, 2) for one in found] == [14.84, 16.6]
    assert [one.is_default for one in found] == [True, False]


def test_an_unverified_part_makes_an_unverified_sum() -> None:
    found = acts((replace(CT_103, verified=False),), (TRACER_103,))
    assert [(one.verified, one.is_default) for one in found] == [(False, False)]


def test_the_interval_of_one_part_is_carried_to_the_sum() -> None:
    found = one_act(replace(CT_103, low=7.0, high=10.0), TRACER_103)
    assert isinstance(found, Estimate)
    assert found.low == pytest.approx(13.84)
    assert found.high == pytest.approx(16.84)


def test_rest_and_stress_are_one_part_of_an_act() -> None:
    rest, stress = (estimates(given(activity), "Tc-99m", "MIBI", ADULT)[0] for activity in (300.0, 900.0))
    both = together((rest, stress))
    assert isinstance(both, Estimate)
    assert both.value == pytest.approx(1200 * 0.009)
    assert both.low == pytest.approx(1200 * 0.0079)
    with_ct = one_act(CT_60, both)
    assert isinstance(with_ct, Estimate)
    assert with_ct.value == pytest.approx(9.0 + 1200 * 0.009)


def test_one_administration_is_itself_and_none_has_no_sum() -> None:
    assert together((TRACER_60,)) is TRACER_60
    assert isinstance(together(()), NotEstimated)
    found = together((TRACER_60, NONE))
    assert isinstance(found, NotEstimated)
    assert found.reason == "The effective dose of administration 2 is not known: No region is known."


@drawn(st.floats(0, 1e4), st.floats(0, 1e4))
def test_the_sum_is_not_below_either_part(ct: float, tracer: float) -> None:
    assert act_dose_msv(ct, tracer) >= max(ct, tracer)


@pytest.mark.parametrize(("ct", "tracer"), [(-1.0, 1.0), (1.0, -1.0), (float("nan"), 1.0)])
def test_nothing_below_0_is_added(ct: float, tracer: float) -> None:
    with pytest.raises(ValueError, match="below 0"):
        act_dose_msv(ct, tracer)
