"""Effective dose of an exam: all of its dose-length product by one set, or none and the share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.effective_dose_ct_exam import of_exam
from doseloop.harmonise.acquisitions import role
from doseloop.model.estimate import Estimate, Estimated, NotEstimated
from doseloop.model.exam import ExamEvent
from doseloop.model.subject import Subject
from doseloop.reading.object import read_object
from tests.dosimetry.ct_events import LOCALISER, acquisition, in_exam
from tests.shared import shared

ADULT = Subject(age_years=55.0)
CAP = "ct-chest-abdomen-pelvis"


def first(*events: ExamEvent, procedure: str | None = CAP) -> Estimated:
    return of_exam(events, ADULT, procedure)[0]


def test_an_exam_is_the_sum_of_its_acquisitions() -> None:
    found = first(
        in_exam(acquisition("Chest", dlp=10.0, type_=LOCALISER), "localiser"),
        in_exam(acquisition("Abdomen", dlp=5.0), "bolus tracking"),
        in_exam(acquisition("Abdomen", dlp=700.0)),
    )
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(715.0 * 0.0180)
    assert found.low == pytest.approx(0.6 * found.value)
    assert found.high == pytest.approx(1.4 * found.value)
    assert {one.name: one.value for one in found.inputs} == {"dlp_mgy_cm": 715.0, "acquisitions": 3}
    assert found.is_default
    assert found.verified


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=6))
def test_it_does_not_matter_into_how_many_acquisitions_a_dose_is_divided(dlps: list[float]) -> None:
    divided = first(*(in_exam(acquisition(dlp=dlp)) for dlp in dlps))
    whole = first(in_exam(acquisition(dlp=sum(dlps))))
    assert isinstance(divided, Estimate)
    assert isinstance(whole, Estimate)
    assert divided.value == pytest.approx(whole.value)


def test_sums_of_different_sets_and_tissue_weights_stand_apart() -> None:
    found = of_exam([in_exam(acquisition("Head", phantom_cm=16)), in_exam(acquisition("Chest"))], ADULT, None)
    sums = {one.coefficients: one.value for one in found if isinstance(one, Estimate)}
    assert {name: round(value, 2) for name, value in sums.items()} == {
        "ct-k-nci2012-icrp103": 2.27, "ct-k-icrp103-adult": 1.64, "ct-k-nci2012-icrp60": 2.03, "ct-k-aapm96": 1.61,
    }  # fmt: skip
    assert sum(one.is_default for one in found if isinstance(one, Estimate)) == 1


def test_an_acquisition_that_is_not_covered_leaves_no_sum_and_the_share_is_told() -> None:
    found = first(in_exam(acquisition("Chest", dlp=300.0)), in_exam(acquisition("Neck", dlp=100.0)), procedure=None)
    assert isinstance(found, NotEstimated)
    assert found.reason.startswith("Coefficients hold for 75 % of the dose-length product.")
    assert "neck" in found.reason


def test_a_share_that_lacks_a_little_is_not_told_as_all() -> None:
    found = first(in_exam(acquisition("Chest", dlp=1e6)), in_exam(acquisition("Neck", dlp=0.1)), procedure=None)
    assert isinstance(found, NotEstimated)
    assert "99 %" in found.reason


def test_an_acquisition_without_a_dose_length_product_leaves_no_sum() -> None:
    found = first(in_exam(acquisition(dlp=100.0)), in_exam(acquisition(dlp=None)))
    assert isinstance(found, NotEstimated)
    assert found.reason == "1 of 2 acquisitions have no dose-length product."


def test_a_localiser_without_one_is_left_out_and_told_of() -> None:
    found = first(in_exam(acquisition(dlp=100.0)), in_exam(acquisition(dlp=None), "localiser"))
    assert isinstance(found, Estimate)
    assert any("left out: 1" in sentence for sentence in found.assumptions)


def test_headers_of_images_alone_leave_no_sum() -> None:
    assert isinstance(first(in_exam(acquisition(), "header estimate")), NotEstimated)


def test_an_exam_without_acquisitions_has_none() -> None:
    assert isinstance(first(), NotEstimated)
    assert isinstance(first(in_exam(acquisition(dlp=None), "localiser")), NotEstimated)


@pytest.mark.parametrize("age", [None, float("nan"), -1.0])
def test_an_age_that_is_not_known_leaves_no_sum(age: float | None) -> None:
    found = of_exam([in_exam(acquisition())], Subject(age_years=age), CAP)
    assert len(found) == 1
    assert isinstance(found[0], NotEstimated)


REAL = {
    "CT-RDSR-Siemens_Flash-TAP-SS.dcm": (CAP, 13.04),
    "CT-RDSR-Siemens-Multi-3.dcm": ("ct-chest", 4.96),
    "CT-RDSR-Toshiba_DoseCheck.dcm": ("ct-abdomen-pelvis", 8.99),
    "NM-CT-RDSR-Siemens.dcm": ("ct-of-hybrid-trunk", 12.02),
}
"""Objects of the corpus with a procedure that fits them, and k times the dose-length product by hand."""


@pytest.mark.parametrize("name", REAL)
def test_real_exams_have_sensible_doses(name: str) -> None:
    procedure, expected = REAL[name]
    dose = read_object((shared("corpus/open") / name).read_bytes()).dose
    events = [in_exam(event, role(event)) for event in dose.ct_events]
    found = of_exam(events, Subject(age_years=dose.patient.age_years), procedure)[0]
    assert isinstance(found, Estimate), found
    assert found.value == pytest.approx(expected, abs=0.01)
    assert found.is_default


def test_real_phantoms_and_exams_without_age_have_none() -> None:
    for name in ("CT-RDSR-GEPixelMed.dcm", "CT-RDSR-Philips_BigBore4DCT.dcm"):
        dose = read_object((shared("corpus/open") / name).read_bytes()).dose
        events = [in_exam(event, role(event)) for event in dose.ct_events]
        assert isinstance(of_exam(events, Subject(age_years=dose.patient.age_years), None)[0], NotEstimated)
