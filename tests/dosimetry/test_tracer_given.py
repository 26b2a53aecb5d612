"""What methods for tracers start from is known, or one sentence says what is missing."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.tracer_given import activity_given_mbq, reference_age, tracer_given
from doseloop.model.reading import Code
from tests.dosimetry.tracers import FDG, given


@pytest.mark.parametrize(
    ("nuclide", "product", "title"),
    [
        ("F-18", "FDG", "F-18 FDG"),
        ("F-18", "[18F]FDG", "F-18 FDG"),
        ("F-18", "Fludeoxyglucose F 18 Injection", "F-18 FDG"),
        ("Tc-99m", "DPD", "Tc-99m phosphonates"),
        ("Tc-99m", "Technetium Tc-99m medronate", "Tc-99m phosphonates"),
        ("Ga-68", "DOTATATE", "Ga-68 DOTATATE"),
        ("Lu-177", "DOTATATE", "Lu-177 DOTATATE"),
        ("Ga-68", "PSMA-11 Ga-68", "Ga-68 PSMA-11"),
        ("F-18", "PSMA-1007", "F-18 PSMA-1007"),
        ("Tl-201", "Thallous chloride Tl-201", "Tl-201 chloride"),
    ],
)
def test_a_tracer_is_known_by_its_names(nuclide: str, product: str, title: str) -> None:
    assert tracer_given(given(), nuclide, product).title == title


def test_a_tracer_is_known_by_its_code_alone() -> None:
    assert tracer_given(given(code=FDG), "F-18", "").id == "f18-fdg"
    assert tracer_given(given(code=Code("C-B1031", "SRT", "")), "F-18", "").id == "f18-fdg"


def test_a_part_of_a_name_is_not_the_tracer() -> None:
    with pytest.raises(Missing, match="No tracer of the name"):
        tracer_given(given(), "F-18", "FDG-6 research")


def test_a_tracer_that_does_not_fit_its_nuclide_is_none() -> None:
    with pytest.raises(Missing, match="names F-18 FDG, and Tc-99m"):
        tracer_given(given(code=FDG), "Tc-99m", "FDG")


def test_a_name_with_another_nuclide_is_none() -> None:
    with pytest.raises(Missing, match="tells of Lu-177, and the object of Ga-68"):
        tracer_given(given(name="Lu-177 DOTATATE"), "Ga-68", "")


def test_code_and_name_of_two_tracers_are_none() -> None:
    with pytest.raises(Missing, match="do not name one tracer"):
        tracer_given(given(name="PSMA-1007", code=FDG), "F-18", "")


def test_an_unknown_name_beside_a_known_code_is_no_contradiction() -> None:
    assert tracer_given(given(name="PET ganzkoerper", code=FDG), "F-18", "").id == "f18-fdg"


def test_a_code_that_is_not_known_is_not_outvoted_by_a_typed_name() -> None:
    unknown = Code("C999", "99XX", "Fluorosomething")
    with pytest.raises(Missing, match="coded radiopharmaceutical “Fluorosomething” is not known"):
        tracer_given(given(name="FDG", code=unknown), "F-18", "Fluorosomething")


def test_a_private_code_is_known_by_its_meaning() -> None:
    assert tracer_given(given(code=Code("X1", "99XX", "FDG")), "F-18", "").id == "f18-fdg"


@pytest.mark.parametrize(("nuclide", "product"), [("", "FDG"), ("F-18", "")])
def test_what_is_not_recorded_is_said(nuclide: str, product: str) -> None:
    with pytest.raises(Missing, match="not recorded"):
        tracer_given(given(), nuclide, product)


@pytest.mark.parametrize("activity", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_an_activity_that_cannot_be_is_missing(activity: float | None) -> None:
    with pytest.raises(Missing, match="activity"):
        activity_given_mbq(given(activity))


@pytest.mark.parametrize(
    ("age", "reference"),
    [(0.0, 0), (0.99, 0), (1.0, 1), (2.99, 1), (3.0, 5), (7.99, 5), (8.0, 10),
     (12.9, 10), (13.0, 15), (17.99, 15), (18.0, "adult"), (130.0, "adult")],
)  # fmt: skip
def test_an_age_belongs_to_one_reference_person(age: float, reference: int | str) -> None:
    assert reference_age(age) == reference


@pytest.mark.parametrize("age", [None, -0.1, 131.0, float("nan"), float("inf")])
def test_no_adult_is_taken_where_the_age_is_not_known(age: float | None) -> None:
    with pytest.raises(Missing, match="age"):
        reference_age(age)


@drawn(st.floats(0, 130), st.floats(0, 130))
def test_an_older_patient_never_has_a_younger_reference(one: float, other: float) -> None:
    order = [0, 1, 5, 10, 15, "adult"]
    younger, older = sorted((one, other))
    assert order.index(reference_age(younger)) <= order.index(reference_age(older))
