"""Incident air kerma: by kerma-area product and field, and by the output of the tube."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry import entrance_kerma, entrance_kerma_from_output
from doseloop.dosimetry.entrance_kerma import area_at_entrance_cm2, incident_air_kerma_mgy
from doseloop.dosimetry.entrance_kerma_from_output import output_at
from doseloop.dosimetry.reference_field import area_at_reference_point_cm2
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.projection import ProjectionEvent
from doseloop.model.tube_output import OutputPoint, TubeOutput
from doseloop.reading.object import read_object
from tests.dosimetry.exposures import exposure
from tests.shared import shared

KNOWN = {"dap_gy_cm2": 0.1, "field_area_cm2": 400.0, "source_detector_mm": 1200.0, "source_entrance_mm": 600.0}
OUTPUT = TubeOutput((OutputPoint(60.0, 0.03), OutputPoint(80.0, 0.06), OutputPoint(120.0, 0.12)), "2026-01-02", "QA 7")
TECHNIQUE = {"kvp": 80.0, "exposure_mas": 10.0, "source_entrance_mm": 800.0}
size = st.floats(1e-6, 1e6)


def estimated(event: ProjectionEvent) -> Estimate:
    found = entrance_kerma.estimate(event)
    assert isinstance(found, Estimate)
    return found


def reason(event: ProjectionEvent) -> str:
    found = entrance_kerma.estimate(event)
    assert isinstance(found, NotEstimated)
    return found.reason


def test_the_field_shrinks_towards_the_focus_by_the_law_of_rays() -> None:
    found = estimated(exposure(**KNOWN))
    assert found.value == pytest.approx(1.0)
    assert [one.name for one in found.inputs] == [
        "dap_gy_cm2", "field_at_detector_cm2", "source_entrance_mm", "source_detector_mm",
    ]  # fmt: skip
    assert (found.quantity, found.verified, found.is_default, len(found.assumptions)) == ("ka_i_mgy", True, True, 2)


def test_sides_of_the_field_do_where_its_area_is_not_recorded() -> None:
    sides = {**KNOWN, "field_height_mm": 200.0, "field_width_mm": 200.0}
    del sides["field_area_cm2"]
    assert estimated(exposure(**sides)).value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("dap_gy_cm2", "kerma-area product"),
        ("field_area_cm2", "collimated field"),
        ("source_entrance_mm", "patient's entrance"),
        ("source_detector_mm", "detector"),
    ],
)
@pytest.mark.parametrize("value", [None, 0.0, -1.0, nan, inf])
def test_what_is_missing_or_no_size_is_told_and_nothing_is_estimated(
    missing: str, said: str, value: float | None
) -> None:
    rest = {name: one for name, one in KNOWN.items() if name != missing}
    event = exposure(**rest) if value is None else exposure(**rest, **{missing: value})
    assert said in reason(event)


def test_a_detector_s_field_of_view_is_not_the_field() -> None:
    rest = {name: one for name, one in KNOWN.items() if name != "field_area_cm2"}
    assert "field of view" in reason(exposure(**rest, field_of_view_mm=(430.0, 430.0)))


def test_a_side_below_nothing_is_no_field() -> None:
    rest = {name: one for name, one in KNOWN.items() if name != "field_area_cm2"}
    assert "collimated field" in reason(exposure(**rest, field_height_mm=100.0, field_width_mm=-2.0))


def test_a_patient_behind_the_detector_is_none() -> None:
    assert "between focus and detector" in reason(exposure(**{**KNOWN, "source_entrance_mm": 1200.0}))


@given(size, size, st.floats(1.01, 1e3))
def test_kerma_goes_with_the_product_and_against_the_area(kap: float, area: float, times: float) -> None:
    once = incident_air_kerma_mgy(kap, area)
    assert incident_air_kerma_mgy(kap * times, area) == pytest.approx(once * times)
    assert incident_air_kerma_mgy(kap, area * times) == pytest.approx(once / times)
    assert once * area / 1000 == pytest.approx(kap)


@given(size, st.floats(500, 3000), st.floats(0.05, 0.99))
def test_the_area_at_the_entrance_is_less_than_at_the_detector(area: float, detector: float, share: float) -> None:
    found = area_at_entrance_cm2(area, detector, detector * share)
    assert 0 < found < area
    assert found == pytest.approx(area * share**2)


@pytest.mark.parametrize("wrong", [0.0, -1.0, nan, inf])
def test_the_pure_functions_refuse_what_is_no_size(wrong: float) -> None:
    for call in (
        lambda: incident_air_kerma_mgy(wrong, 1.0),
        lambda: incident_air_kerma_mgy(1.0, wrong),
        lambda: area_at_entrance_cm2(1.0, 1000.0, wrong),
        lambda: entrance_kerma_from_output.incident_air_kerma_mgy(wrong, 1.0, 1.0),
    ):
        with pytest.raises(ValueError, match="above 0"):
            call()


def test_the_kerma_that_a_real_report_states_at_its_reference_point_comes_out() -> None:
    """GE, 113861: kerma, product, field and distances of each event stand in the report."""
    report = read_object(shared("corpus/open/RF-RDSR-GE.dcm").read_bytes())
    events = [one for one in report.dose.projection_events if one.ka_r_mgy and one.dap_gy_cm2]
    assert len(events) >= 5
    for event in events:
        area = area_at_reference_point_cm2(event)
        assert area
        assert event.ka_r_mgy
        assert event.dap_gy_cm2
        assert incident_air_kerma_mgy(event.dap_gy_cm2.value, area) == pytest.approx(event.ka_r_mgy.value, rel=0.005)


def test_no_real_object_tells_enough_and_each_says_what_is_missing() -> None:
    files = sorted(path for kind in ("DX", "RF") for path in shared("corpus/open").glob(f"{kind}-*.dcm"))
    found = [
        entrance_kerma.estimate(event)
        for path in files
        for event in read_object(path.read_bytes()).dose.projection_events
    ]
    assert len(files) == 15
    assert len(found) > 100
    assert all(isinstance(one, NotEstimated) and one.reason.endswith(".") for one in found)


def from_output(output: TubeOutput | None = OUTPUT, **given: float) -> Estimate | NotEstimated:
    return entrance_kerma_from_output.estimate(exposure(**{**TECHNIQUE, **given}), output)


def test_a_measured_output_gives_kerma_at_the_entrance() -> None:
    found = from_output()
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(0.06 * 10 / 0.64)
    assert found.is_default
    assert found.inputs[-1].detail == "QA 7"


def test_it_stands_beside_what_the_kerma_area_product_gives() -> None:
    found = from_output(dap_gy_cm2=0.1, field_area_cm2=400.0, source_detector_mm=1200.0)
    assert isinstance(found, Estimate)
    assert not found.is_default


def test_between_measured_voltages_it_is_interpolated_and_says_so() -> None:
    found = from_output(kvp=70.0)
    assert isinstance(found, Estimate)
    assert any("interpolated" in one for one in found.assumptions)


@pytest.mark.parametrize("kvp", [59.9, 120.1, nan, 0.0, -80.0])
def test_outside_of_measured_voltages_nothing_is_estimated(kvp: float) -> None:
    assert isinstance(from_output(kvp=kvp), NotEstimated)


def test_without_an_output_nothing_is_estimated() -> None:
    found = from_output(None)
    assert isinstance(found, NotEstimated)
    assert found.reason == "The site entered no output of the tube."
    assert isinstance(from_output(TubeOutput(())), NotEstimated)


@pytest.mark.parametrize("name", TECHNIQUE)
def test_what_the_technique_lacks_is_told(name: str) -> None:
    rest = {key: value for key, value in TECHNIQUE.items() if key != name}
    found = entrance_kerma_from_output.estimate(exposure(**rest), OUTPUT)
    assert isinstance(found, NotEstimated)
    assert "not recorded" in found.reason


@given(st.floats(60, 120), st.floats(60, 120))
def test_output_rises_with_voltage_and_stays_between_its_neighbours(one: float, other: float) -> None:
    low, high = output_at(OUTPUT, min(one, other)), output_at(OUTPUT, max(one, other))
    assert low is not None
    assert high is not None
    assert 0.03 - 1e-12 <= low <= high + 1e-12 <= 0.12 + 1e-9
