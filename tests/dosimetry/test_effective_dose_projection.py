"""Effective dose from kerma-area product: which coefficient holds for whom, and what is left without."""

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.effective_dose_projection import effective_dose_msv, estimates, of_total
from doseloop.dosimetry.projection_beam import copper_mm, view
from doseloop.dosimetry.projection_coefficients import REGIONS
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.image import ImageHeader
from doseloop.model.subject import Subject
from doseloop.reading.object import read_object
from doseloop.reference.coefficients import coefficient_sets
from doseloop.reference.procedures import catalogue
from tests.dosimetry.exposures import exposure, filtered
from tests.shared import shared

ADULT = Subject(60.0)
CORONARY, INTERVENTION, LEGS = "xa-coronary-angiography", "xa-pci", "xa-peripheral-angiography"


def copper(mm: float) -> tuple[Any, ...]:
    return filtered(("Copper or Copper compound", mm, mm), ("Aluminum", 1.0, 1.0))


def found(event: Any, procedure: str | None, subject: Subject = ADULT) -> dict[str, Estimate]:
    return {one.coefficients: one for one in estimates(event, subject, procedure) if isinstance(one, Estimate)}


def reason(event: Any, procedure: str | None, subject: Subject = ADULT) -> str:
    (one,) = estimates(event, subject, procedure)
    assert isinstance(one, NotEstimated)
    return one.reason


@pytest.mark.parametrize(("procedure", "coefficient", "spread"), [(CORONARY, 0.30, 0.04), (INTERVENTION, 0.33, 0.05)])
def test_coronary_procedures_without_a_recorded_filter_have_the_coefficient_of_the_procedure(
    procedure: str, coefficient: float, spread: float
) -> None:
    """Brambilla et al., abstract."""
    (one,) = found(exposure(dap_gy_cm2=10.0), procedure).values()
    assert one.value == pytest.approx(10 * coefficient)
    assert (one.low, one.high) == (
        pytest.approx(10 * (coefficient - spread)),
        pytest.approx(10 * (coefficient + spread)),
    )
    assert (one.verified, one.is_default) == (True, True)


@pytest.mark.parametrize(("mm", "coefficient"), [(0.0, 0.16), (0.1, 0.27), (0.4, 0.34), (0.9, 0.40)])
def test_copper_decides_where_it_is_recorded(mm: float, coefficient: float) -> None:
    """Vano et al., abstract."""
    by_set = found(exposure(dap_gy_cm2=10.0, filters=copper(mm)), CORONARY)
    assert by_set["kap-e-vano-icrp103"].value == pytest.approx(10 * coefficient)
    assert {name for name, one in by_set.items() if one.is_default} == {"kap-e-vano-icrp103"}
    assert set(by_set) == {"kap-e-vano-icrp103", "kap-e-brambilla-2017-icrp103"}


def test_between_two_filters_it_is_interpolated_and_beyond_the_last_it_is_not_estimated() -> None:
    between = found(exposure(dap_gy_cm2=10.0, filters=copper(0.25)), CORONARY)["kap-e-vano-icrp103"]
    assert between.value == pytest.approx(3.05)
    assert any("interpolated" in one for one in between.assumptions)
    assert set(found(exposure(dap_gy_cm2=10.0, filters=copper(1.0)), CORONARY)) == {"kap-e-brambilla-2017-icrp103"}
    assert "0.9 mm" in reason(exposure(dap_gy_cm2=1.0, filters=copper(1.0)), "xa-coronary-angiography-pci")


@pytest.mark.parametrize(("age", "coefficient"), [(0.0, 3.7), (1.0, 1.9), (5.0, 1.0), (10.0, 0.6), (15.0, 0.4)])
def test_children_have_coefficients_of_their_age_by_older_weights_beside_no_default(
    age: float, coefficient: float
) -> None:
    """Karambatsakidou et al., abstract."""
    (one,) = found(exposure(dap_gy_cm2=2.0, filters=copper(0.1)), "xa-cardiac-catheterisation", Subject(age)).values()
    assert one.value == pytest.approx(2 * coefficient)
    assert (one.coefficients, one.verified, one.is_default) == ("kap-e-karambatsakidou-2009-icrp60", True, False)


def test_between_two_ages_the_interval_is_that_of_both() -> None:
    (one,) = found(exposure(dap_gy_cm2=1.0), CORONARY, Subject(3.0)).values()
    assert one.value == pytest.approx(1.45)
    assert (one.low, one.high) == (pytest.approx(0.9), pytest.approx(2.1))


def test_between_the_last_child_and_the_first_adult_nothing_is_estimated() -> None:
    assert "15 and 18" in reason(exposure(dap_gy_cm2=1.0), CORONARY, Subject(16.0))


@given(st.floats(0, 15), st.floats(0, 15))
def test_the_younger_the_child_the_more_a_product_means(one: float, other: float) -> None:
    values = [
        next(iter(found(exposure(dap_gy_cm2=1.0), CORONARY, Subject(age)).values()))
        for age in (min(one, other), max(one, other))
    ]
    assert values[0].value >= values[1].value - 1e-12
    for estimate in values:
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.low <= estimate.value <= estimate.high


def test_lower_limbs_need_a_tube_under_the_couch_and_no_copper() -> None:
    """Smans et al., abstract: 0.065 by ICRP 103, 0.083 by ICRP 60."""
    fits = {"dap_gy_cm2": 100.0, "filters": filtered(("Aluminum", 1.0, 1.0)), "primary_angle_deg": 0.0}
    by_set = found(exposure(**fits), LEGS)
    assert {name: (round(one.value, 6), one.is_default) for name, one in by_set.items()} == {
        "kap-e-smans-2008-icrp103": (6.5, True),
        "kap-e-smans-2008-icrp60": (8.3, False),
    }
    assert "copper" in reason(exposure(**{**fits, "filters": copper(0.1)}), LEGS)
    assert "copper" in reason(exposure(**{**fits, "filters": ()}), LEGS)
    assert "under the couch" in reason(exposure(**{**fits, "primary_angle_deg": 180.0}), LEGS)


def test_radiographs_are_never_the_default_and_say_that_they_were_not_verified() -> None:
    (one,) = found(exposure(dap_gy_cm2=0.1, view_position="PA"), "dx-chest").values()
    assert (one.verified, one.is_default) == (False, False)
    assert "view is not recorded" in reason(exposure(dap_gy_cm2=0.1), "dx-chest")
    assert "view AP" in reason(exposure(dap_gy_cm2=0.1, view_position="AP"), "dx-chest")


def test_the_total_of_an_exam_has_the_coefficient_of_its_procedure() -> None:
    (one,) = of_total(23.2, ADULT, CORONARY)
    assert isinstance(one, Estimate)
    assert one.value == pytest.approx(6.96)
    (none,) = of_total(23.2, ADULT, LEGS)
    assert isinstance(none, NotEstimated)


@pytest.mark.parametrize("kap", [None, -1.0, nan, inf])
def test_without_a_product_nothing_is_estimated(kap: float | None) -> None:
    event = exposure() if kap is None else exposure(dap_gy_cm2=kap)
    assert reason(event, CORONARY) == "The kerma-area product is not recorded."


@pytest.mark.parametrize("procedure", [None, "", "xa-tavi", "rf-barium-enema"])
def test_a_procedure_without_a_coefficient_has_none(procedure: str | None) -> None:
    assert "No coefficient" in reason(exposure(dap_gy_cm2=1.0), procedure)


@pytest.mark.parametrize("age", [None, -1.0, nan])
def test_without_an_age_nothing_is_estimated(age: float | None) -> None:
    assert reason(exposure(dap_gy_cm2=1.0), CORONARY, Subject(age)) == "The age of the patient is not known."


def test_an_object_that_names_another_region_is_not_believed() -> None:
    assert "another region" in reason(exposure(dap_gy_cm2=1.0, target_region="Abdomen"), CORONARY)
    assert "another region" in reason(
        exposure(dap_gy_cm2=1.0, view_position="PA", image=ImageHeader("1", body_part="SKULL")), "dx-chest"
    )
    assert found(exposure(dap_gy_cm2=1.0, target_region="Entire body"), CORONARY)


def test_a_child_s_radiograph_has_no_coefficient() -> None:
    event = exposure(dap_gy_cm2=1.0, view_position="PA")
    assert reason(event, "dx-chest", Subject(5.0)) == "No coefficient is known for the age of the patient."


@given(st.floats(0, 1e6), st.floats(1e-3, 10), st.floats(0, 1e3))
def test_dose_is_linear_in_the_product(kap: float, coefficient: float, times: float) -> None:
    assert effective_dose_msv(kap * times, coefficient) == pytest.approx(effective_dose_msv(kap, coefficient) * times)


@pytest.mark.parametrize(("kap", "coefficient"), [(-1.0, 1.0), (nan, 1.0), (1.0, 0.0), (1.0, inf)])
def test_what_cannot_be_is_refused(kap: float, coefficient: float) -> None:
    with pytest.raises(ValueError, match="is"):
        effective_dose_msv(kap, coefficient)


@pytest.mark.parametrize(
    ("filters", "mm"),
    [
        ((), None),
        (filtered(("Aluminum", 1.0, 1.0)), 0.0),
        (filtered(("Copper", 0.194, 0.206)), 0.2),
        (filtered(("Copper", 0.0, 0.4)), None),
        (filtered(("Copper", 0.1, 0.1), ("Copper", 0.2, 0.2)), 0.3),
        (filtered(("Copper", nan, nan)), None),
    ],
)
def test_copper_is_known_where_its_thickness_is(filters: Any, mm: float | None) -> None:
    assert copper_mm(exposure(filters=filters)) == (None if mm is None else pytest.approx(mm))


def test_a_filter_of_unknown_material_may_be_copper() -> None:
    unknown = replace(filtered(("Copper", 0.1, 0.1))[0], material=None)
    assert copper_mm(exposure(filters=(unknown,))) is None


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({}, None),
        ({"view_position": "PA"}, "PA"),
        ({"image_view": "postero-anterior"}, "PA"),
        ({"view_position": "LL", "image_view": "left lateral"}, "LAT"),
        ({"view_position": "AP", "image_view": "postero-anterior"}, None),
        ({"image_view": "left oblique"}, "left oblique"),
    ],
)
def test_words_of_views(given: dict[str, str], seen: str | None) -> None:
    assert view(exposure(**given)) == seen


def test_every_procedure_of_a_set_is_of_the_catalogue_and_has_its_region() -> None:
    sets = [one for name, one in coefficient_sets().items() if name.startswith("kap-e-") and "procedure" in one.keys]
    used = {key[0] for one in sets for key in one.rows}
    assert used <= set(REGIONS) <= set(catalogue().procedures)


def test_real_radiographs_of_the_abdomen_give_a_value_that_is_not_verified() -> None:
    for number in (1, 2, 3):
        path = shared(f"corpus/open/DX-Im-GE_XR220-{number}.dcm")
        (event,) = read_object(path.read_bytes()).dose.projection_events
        (one,) = found(event, "dx-abdomen").values()
        assert event.dap_gy_cm2
        assert one.value == pytest.approx(0.18 * event.dap_gy_cm2.value)
        assert not one.verified
        assert "another region" in reason(event, "dx-chest")
