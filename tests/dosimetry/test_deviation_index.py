"""The deviation index goes with the logarithm of the exposure, and says when it cannot be told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.deviation_index import deviation_index, estimate, ratio_to_stated
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.projection import BreastExposure, ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.reading.object import read_object
from tests.shared import shared

INDICES = st.floats(1e-3, 1e6)
STATED = {"DX-Im-GE_XR220-1.dcm": 1, "DX-RDSR-Carestream_DRXEvolution.dcm": 2}
"""Objects of two makers, and to how many decimals they state the index."""


def number(value: float) -> Reading[float]:
    return Reading(value, "", str(value))


def event(index: float | None = 400.0, target: float | None = 200.0, stated: float | None = None) -> ProjectionEvent:
    told = [None if one is None else number(one) for one in (index, target, stated)]
    return ProjectionEvent(exposure_index=told[0], target_exposure_index=told[1], deviation_index=told[2])


def reason(one: ProjectionEvent) -> str:
    found = estimate(one)
    assert isinstance(found, NotEstimated)
    return found.reason


@pytest.mark.parametrize(("index", "percent_below"), [(-3, 50), (-2, 37), (-1, 21), (0, 0)])
def test_the_maker_s_table_comes_out(index: int, percent_below: int) -> None:
    """Konica Minolta, Exposure Index Technical Guidebook: table beside the formula."""
    exposure = 100.0 * 10 ** (index / 10)
    assert round(100 - exposure) == percent_below
    assert deviation_index(exposure, 100.0) == pytest.approx(index)


@given(INDICES, INDICES)
def test_index_and_target_changed_over_change_the_sign(index: float, target: float) -> None:
    assert deviation_index(index, target) == pytest.approx(-deviation_index(target, index))


@given(INDICES, INDICES, st.floats(0.01, 100.0))
def test_a_common_factor_changes_nothing(index: float, target: float, factor: float) -> None:
    assert deviation_index(index * factor, target * factor) == pytest.approx(deviation_index(index, target), abs=1e-9)


@given(INDICES, st.floats(1.001, 10.0), INDICES)
def test_more_exposure_is_a_higher_index(index: float, factor: float, target: float) -> None:
    assert deviation_index(index * factor, target) > deviation_index(index, target)


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf")])
def test_what_is_no_number_above_0_is_refused(wrong: float) -> None:
    for pair in ((wrong, 100.0), (100.0, wrong)):
        with pytest.raises(ValueError, match="above 0"):
            deviation_index(*pair)
        assert "no number above 0" in reason(event(*pair))


def test_an_index_that_is_not_recorded_is_named() -> None:
    assert reason(event(index=None)) == "The exposure index is not recorded."
    assert reason(event(target=None)) == "The target exposure index is not recorded."


def test_mammography_and_runs_are_outside_of_the_standard() -> None:
    assert "mammography" in reason(replace(event(), breast=BreastExposure()))
    assert "mammography" in reason(replace(event(), agd_mgy=number(1.0)))
    fluoroscopy = Reading(Code("44491008", "SCT", "Fluoroscopy"), "", "")
    assert "fluoroscopy" in reason(replace(event(), irradiation_type=fluoroscopy))


def test_a_stated_index_stays_the_one_that_is_used() -> None:
    alone, beside = estimate(event()), estimate(event(stated=3.0))
    assert isinstance(alone, Estimate)
    assert isinstance(beside, Estimate)
    assert (alone.is_default, beside.is_default) == (True, False)
    assert alone.verified
    assert [one.name for one in alone.inputs] == ["exposure_index", "target_exposure_index"]


def test_a_stated_index_that_is_another_is_told() -> None:
    off = ratio_to_stated(event(stated=0.0), estimate(event(stated=0.0)))
    assert off is not None
    assert off.value == pytest.approx(2.0)
    assert off.sentence.startswith("As computed, the exposure of the detector is 2 times")
    near = ratio_to_stated(event(stated=3.0), estimate(event(stated=3.0)))
    assert near is not None
    assert near.sentence == ""


@pytest.mark.parametrize("stated", [None, float("nan")])
def test_without_a_stated_index_there_is_nothing_to_compare(stated: float | None) -> None:
    assert ratio_to_stated(event(stated=stated), estimate(event(stated=stated))) is None
    assert ratio_to_stated(event(stated=1.0), NotEstimated("deviation_index", "", "")) is None


@pytest.mark.parametrize("stated", [-1e9, 1e9])
def test_a_stated_index_that_cannot_be_ends_nothing(stated: float) -> None:
    found = ratio_to_stated(event(stated=stated), estimate(event(stated=stated)))
    assert found is not None
    assert not found.is_close


@pytest.mark.parametrize("name", STATED)
def test_the_indices_that_real_scanners_state_come_out(name: str) -> None:
    events = read_object(shared(f"corpus/open/{name}").read_bytes()).dose.projection_events
    for one in events:
        found, stated = estimate(one), one.deviation_index
        assert isinstance(found, Estimate)
        assert stated is not None
        assert found.value == pytest.approx(stated.value, abs=10 ** -STATED[name])
        check = ratio_to_stated(one, found)
        assert check is not None
        assert check.is_close
