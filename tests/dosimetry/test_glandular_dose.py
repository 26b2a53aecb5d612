"""A computed glandular dose stands beside the stated one, within its table and for the views that it is made for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.glandular_dose import estimate, glandular_dose_mgy, ratio_to_stated
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.glandular_table import Beam, GlandularTable
from doseloop.model.projection import BreastExposure, Filter, ProjectionEvent
from doseloop.model.subject import Subject
from tests.dosimetry.glandular import POINTS, TABLE, coded, number, table, view

WOMAN = Subject(sex="F")


def dose(event: ProjectionEvent, known: GlandularTable = TABLE) -> Estimate:
    found = estimate(event, "W/Rh", WOMAN, known)
    assert isinstance(found, Estimate), found
    return found


def reason(
    event: ProjectionEvent, target_filter: str = "W/Rh", subject: Subject = WOMAN, known: GlandularTable | None = TABLE
) -> str:
    found = estimate(event, target_filter, subject, known)
    assert isinstance(found, NotEstimated)
    return found.reason


@given(st.floats(0.1, 100), st.floats(0.1, 10))
def test_the_dose_goes_with_the_kerma(kerma: float, factor: float) -> None:
    assert dose(view(kerma * factor)).value == pytest.approx(dose(view(kerma)).value * factor)


@given(st.floats(30, 80), st.floats(30, 80), st.floats(26, 30), st.floats(0.5, 0.6))
def test_the_same_kerma_gives_a_thicker_breast_less(one: float, other: float, kvp: float, hvl: float) -> None:
    thin, thick = (dose(view(4.0, thickness, kvp, hvl)).value for thickness in sorted((one, other)))
    assert thick <= thin * (1 + 1e-12)


@given(st.floats(0, 200), st.floats(0, 80), st.floats(0, 2))
def test_no_value_is_beyond_the_table(thickness: float, kvp: float, hvl: float) -> None:
    found = estimate(view(1.0, thickness, kvp, hvl), "W/Rh", WOMAN, TABLE)
    inside = 30 <= thickness <= 80 and 26 <= kvp <= 30 and 0.5 <= hvl <= 0.6
    assert isinstance(found, Estimate) == inside
    if isinstance(found, Estimate):
        assert min(POINTS.values()) - 1e-9 <= found.value <= max(POINTS.values()) + 1e-9


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (
            view(thickness_mm=29.0),
            "compressed breast thickness of 29 mm is not within the table, which has 30 to 80 mm",
        ),
        (view(kvp=31.0), "tube voltage of 31 kV"),
        (view(hvl_mm=0.7), "half-value layer of 0.7 mm"),
        (
            replace(view(), breast=BreastExposure(glandularity_percent=number(60.0))),
            "share of glandular tissue of 60 %",
        ),
    ],
)
def test_what_lies_beyond_is_told_with_the_ends_of_the_table(event: ProjectionEvent, told: str) -> None:
    assert told in reason(event)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("entrance_exposure_mgy", "entrance exposure"),
        ("half_value_layer_mm", "half-value layer"),
        ("kvp", "tube voltage"),
        ("compression_thickness_mm", "thickness of the breast"),
    ],
)
def test_what_is_missing_or_no_number_is_named(field: str, told: str) -> None:
    assert reason(replace(view(), **{field: None})) == f"The {told} is not recorded."
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        assert "no number above 0" in reason(replace(view(), **{field: number(wrong)}))


def test_without_a_table_or_a_beam_nothing_is_computed() -> None:
    assert reason(view(), known=None) == "The site has imported no table of coefficients."
    assert reason(view(), "") == "Target and filter are not recorded."
    assert "for Rh/Ag" in reason(view(), "Rh/Ag")


def test_men_implants_and_parts_of_a_breast_are_not_what_tables_are_for() -> None:
    assert "female" in reason(view(), subject=Subject(sex="M"))
    assert "implant" in reason(replace(view(), breast=BreastExposure(implant=True)))
    assert "spot view" in reason(replace(view(), view_modifiers=(coded("399163009", "Magnification"),)))
    assert "magnified" in reason(replace(view(), magnification=number(1.8)))
    assert dose(replace(view(), magnification=number(1.05)))


def test_tomosynthesis_needs_coefficients_of_its_own() -> None:
    rotation = replace(view(), irradiation_type=coded("113613", "Rotational Acquisition"))
    swept = replace(view(), irradiation_type=None, breast=BreastExposure(scan_angle_deg=number(25.0)))
    for one in (rotation, swept):
        assert "tomosynthesis" in reason(one)
        assert dose(one, table({Beam("W/Rh", "tomosynthesis"): POINTS}))
    assert "fluoroscopy" in reason(replace(view(), irradiation_type=coded("P5-06000", "Fluoroscopy")))


def test_the_thickness_of_the_filter_decides_between_beams() -> None:
    thicker = {point: value + 0.01 for point, value in POINTS.items()}
    both = table({Beam("W/Rh", "2d", 50.0): POINTS, Beam("W/Rh", "2d", 60.0): thicker})
    assert dose(view(), both).value == dose(view()).value
    assert "more than one" in reason(replace(view(), filters=()), known=both)
    assert "for a filter of 50 µm" in reason(view(), known=table({Beam("W/Rh", "2d", 40.0): POINTS}))
    unsure = (Filter(thickness_min_mm=number(0.05), thickness_max_mm=number(0.06)),)
    assert "More than one thickness" in reason(replace(view(), filters=unsure))
    assert any("50 µm thick" in one for one in dose(replace(view(), filters=())).assumptions)


def test_a_recorded_share_of_glandular_tissue_comes_before_that_of_the_site() -> None:
    recorded = dose(replace(view(), breast=BreastExposure(glandularity_percent=number(50.0))))
    assumed = dose(view())
    assert recorded.value < assumed.value
    assert any("25 %, as the site has set it" in one for one in assumed.assumptions)
    assert "has set none" in reason(view(), known=replace(TABLE, usual_glandularity_percent=None))


def test_a_computed_dose_is_never_verified_and_never_the_one_that_is_used() -> None:
    found = dose(view())
    assert (found.verified, found.is_default) == (False, False)
    assert found.coefficients == TABLE.id
    assert {one.name for one in found.inputs} >= {
        "entrance_exposure_mgy",
        "kvp",
        "target_filter",
        "glandularity_percent",
    }


def test_another_number_in_a_table_is_another_table() -> None:
    changed = {**POINTS, next(iter(POINTS)): 0.9}
    assert table({Beam("W/Rh", "2d", 50.0): changed}).id != TABLE.id


def test_a_stated_dose_far_from_the_computed_one_is_told() -> None:
    computed = dose(view())
    near = ratio_to_stated(replace(view(), agd_mgy=number(computed.value)), computed)
    far = ratio_to_stated(replace(view(), agd_mgy=number(computed.value / 100)), computed)
    assert near is not None
    assert far is not None
    assert (near.value, near.sentence) == (1.0, "")
    assert (
        far.sentence
        == "As computed, the glandular dose is 100 times what the scanner states; expected is 0.70 to 1.40."
    )


@pytest.mark.parametrize("stated", [None, 0.0, -1.0, float("nan")])
def test_without_a_stated_dose_there_is_nothing_to_compare(stated: float | None) -> None:
    event = replace(view(), agd_mgy=None if stated is None else number(stated))
    assert ratio_to_stated(event, dose(view())) is None
    assert ratio_to_stated(view(), NotEstimated("agd_mgy", "", "")) is None


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_a_kerma_or_coefficient_that_cannot_be_is_refused(wrong: float) -> None:
    for pair in ((wrong, 0.2), (1.0, wrong)):
        with pytest.raises(ValueError, match="below 0"):
            glandular_dose_mgy(*pair)
