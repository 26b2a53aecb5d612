"""Size-specific dose estimates: the tables of AAPM Report 204, their range, and what an acquisition has to tell."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.ssde import conversion_factor, diameter_of, estimate, ratio_to_stated
from doseloop.model.ct import CtEvent
from doseloop.model.diameter import Diameter
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.reading import Code
from tests.dosimetry.ct_events import LOCALISER, STATIONARY, acquisition

TABLE_1D = """2.76 2.66 2.57 2.47 2.38 2.30 2.22 2.14 2.06 1.98 1.91 1.84 1.78 1.71 1.65 1.59 1.53 1.48 1.43 1.37 1.32 1.28 1.23
1.19 1.14 1.10 1.06 1.02 0.99 0.95 0.92 0.88 0.85 0.82 0.79 0.76 0.74 0.71"""
"""From 8 to 45 cm in steps of 1 cm, 32 cm phantom; AAPM Report 204 as transcribed in github.com/ckswilliams/medphunc."""
TABLE_2D = """1.49 1.43 1.38 1.32 1.27 1.22 1.18 1.13 1.09 1.05 1.01 0.97 0.93 0.90 0.86 0.83 0.80 0.77 0.74 0.71 0.69 0.66 0.63
0.61 0.59 0.56 0.54 0.52 0.50 0.48 0.47 0.45 0.43 0.41 0.40 0.38 0.37 0.35 0.34 0.33 0.32 0.30 0.29 0.28 0.27 0.26 0.25
0.24 0.23 0.22"""
"""From 6 to 55 cm in steps of 1 cm, 16 cm phantom; from the same."""
DW = Diameter(300.0, "water-equivalent", "images", "series 1")
EFFECTIVE = Diameter(300.0, "effective", "images")
DIAMETERS = st.floats(8, 45)


def estimated(event: CtEvent, diameter: Diameter | None = DW, procedure: str | None = None) -> Estimate:
    found = estimate(event, diameter, procedure)
    assert isinstance(found, Estimate), found
    return found


def refused(event: CtEvent, diameter: Diameter | None = DW, procedure: str | None = None) -> NotEstimated:
    found = estimate(event, diameter, procedure)
    assert isinstance(found, NotEstimated), found
    return found


@pytest.mark.parametrize(("phantom_cm", "first_cm", "table"), [(32, 8, TABLE_1D), (16, 6, TABLE_2D)])
def test_every_value_of_the_tables_comes_out(phantom_cm: int, first_cm: int, table: str) -> None:
    published = [float(value) for value in table.split()]
    assert [round(conversion_factor(first_cm + step, phantom_cm), 2) for step in range(len(published))] == published


@given(DIAMETERS, DIAMETERS, st.sampled_from([16, 32]))
def test_a_larger_patient_has_a_smaller_factor(one: float, other: float, phantom_cm: int) -> None:
    small, large = sorted((one, other))
    assert conversion_factor(small, phantom_cm) >= conversion_factor(large, phantom_cm) > 0


@given(DIAMETERS)
def test_the_factor_of_the_large_phantom_is_about_twice_that_of_the_small(diameter: float) -> None:
    assert 1.95 < conversion_factor(diameter, 32) / conversion_factor(diameter, 16) < 2.25


@pytest.mark.parametrize(
    ("diameter", "phantom_cm"),
    [(7.99, 32), (45.01, 32), (5.9, 16), (55.1, 16), (0, 32), (-1, 16), (nan, 32), (inf, 16)],
)
def test_there_is_no_factor_outside_of_the_tables(diameter: float, phantom_cm: int) -> None:
    with pytest.raises(Missing, match="outside"):
        conversion_factor(diameter, phantom_cm)


def test_an_estimate_names_all_that_it_was_made_from() -> None:
    found = estimated(acquisition("Chest", ctdi_vol=10.0))
    assert found.value == pytest.approx(12.31, abs=0.005)
    assert (found.method, found.coefficients, found.verified, found.is_default) == (
        "ssde-aapm-220",
        "ct-ssde-aapm204",
        True,
        True,
    )
    assert {one.name: (one.value, one.source) for one in found.inputs} == {
        "ctdi_vol_mgy": (10.0, "object"),
        "phantom_cm": (32, "object"),
        "water_equivalent_diameter_mm": (300.0, "images"),
        "region": ("chest", "object"),
    }
    assert found.low == pytest.approx(0.8 * found.value)
    assert found.high == pytest.approx(1.2 * found.value)


def test_an_effective_diameter_is_a_method_of_its_own() -> None:
    found = estimated(acquisition(), EFFECTIVE)
    assert found.method == "ssde-aapm-204"
    assert "effective_diameter_mm" in {one.name for one in found.inputs}


@given(st.floats(0.01, 1000), st.floats(0.1, 10))
def test_it_goes_with_ctdi_vol(ctdi_vol: float, times: float) -> None:
    once, more = (estimated(acquisition(ctdi_vol=value)).value for value in (ctdi_vol, times * ctdi_vol))
    assert more == pytest.approx(times * once)


def test_a_child_scanned_with_the_small_phantom_has_its_own_factor() -> None:
    child = Diameter(150.0, "water-equivalent", "images")
    assert estimated(acquisition(phantom_cm=16), child).value == pytest.approx(10.5, abs=0.05)
    assert estimated(acquisition(phantom_cm=32), child).value == pytest.approx(21.4, abs=0.05)


def test_a_head_has_the_method_of_the_head_which_is_not_verified_and_never_the_default() -> None:
    found = estimated(acquisition("Head", phantom_cm=16), Diameter(170.0, "water-equivalent", "images"))
    assert (found.method, found.verified, found.is_default, found.low) == ("ssde-aapm-293", False, False, None)
    assert 0.80 <= found.value / 10 <= 1.16


def test_a_head_has_none_by_the_large_phantom_or_an_effective_diameter_or_outside_of_what_was_seen() -> None:
    head = Diameter(170.0, "water-equivalent", "images")
    assert "32 cm phantom" in refused(acquisition("Head", phantom_cm=32), head).reason
    assert "effective" in refused(acquisition("Head", phantom_cm=16), EFFECTIVE).reason
    assert "outside" in refused(acquisition("Head", phantom_cm=16), DW).reason


@pytest.mark.parametrize("region", ["Neck", "Cervical spine", "Head and Neck", "Spine"])
def test_regions_that_no_report_is_for_have_none(region: str) -> None:
    assert "trunk and for the head" in refused(acquisition(region)).reason


def test_an_unknown_region_is_the_trunk_where_the_phantom_is_that_of_the_body() -> None:
    found = estimated(acquisition(None))
    assert any("taken for the trunk" in sentence for sentence in found.assumptions)
    assert not found.is_default
    assert "region" in refused(acquisition(None, phantom_cm=16)).reason
    assert "region" in refused(acquisition("Lower limb")).reason


def test_a_contradiction_of_code_and_procedure_is_not_guessed_away() -> None:
    assert "contradict" in refused(acquisition("Head"), procedure="ct-abdomen-pelvis").reason


@pytest.mark.parametrize(
    "type_",
    [
        LOCALISER,
        STATIONARY,
        Code("X1", "99MAKER", "Constant Angle Acquisition"),
        Code("X2", "99MAKER", "Stationary acquisition"),
    ],
)
def test_localisers_and_runs_of_a_table_at_rest_have_none(type_: Code) -> None:
    assert "has no size-specific dose estimate" in refused(acquisition(type_=type_)).reason


@pytest.mark.parametrize("ctdi_vol", [None, 0.0, -1.0, nan, inf])
def test_without_a_ctdi_vol_that_can_be_there_is_none(ctdi_vol: float | None) -> None:
    assert "CTDIvol" in refused(acquisition(ctdi_vol=ctdi_vol)).reason


def test_without_a_phantom_or_a_size_there_is_none() -> None:
    assert "phantom" in refused(acquisition(phantom_cm=None)).reason
    assert "size of the patient" in refused(acquisition(), None).reason


def test_a_diameter_that_was_corrected_for_truncation_says_so() -> None:
    cut = Diameter(300.0, "water-equivalent", "images", truncated_share=0.07)
    assert any(sentence.startswith("7%") for sentence in estimated(acquisition(), cut).assumptions)


def test_images_go_before_what_the_scanner_states() -> None:
    assert diameter_of(acquisition(dw_mm=280.0), DW) is DW
    assert diameter_of(acquisition(dw_mm=280.0), None) == Diameter(
        280.0, "water-equivalent", "object", "stated by the scanner"
    )


@pytest.mark.parametrize("stated", [None, 0.0, -3.0, nan, inf])
def test_a_diameter_that_cannot_be_is_none(stated: float | None) -> None:
    assert diameter_of(acquisition(dw_mm=stated), None) is None


def test_the_scanner_s_own_value_is_told_as_a_ratio() -> None:
    event = acquisition(ssde=12.0)
    found = estimated(event)
    assert ratio_to_stated(event, found) == pytest.approx(12.0 / found.value)
    assert ratio_to_stated(acquisition(), found) is None
    assert ratio_to_stated(event, refused(acquisition(), None)) is None
