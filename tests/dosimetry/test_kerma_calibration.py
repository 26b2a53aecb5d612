"""Displayed and corrected: which factor holds on a day, what it makes of a value, and totals by plane."""

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.exposure_totals import corrected_by_plane, corrected_total, displayed_by_plane
from doseloop.dosimetry.kerma_calibration import all_in_force, corrected, estimate, estimates, in_force
from doseloop.model.calibration import Calibration, TubePlane, plane_of
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.projection import PlaneTotals
from doseloop.model.reading import Code
from doseloop.reading.object import read_object
from tests.dosimetry.exposures import exposure, reading
from tests.shared import shared

FACTOR = Calibration("K0001", "dap_gy_cm2", "single", 0.8, "2026-01-01", "", 5.0, "A. Osei", "Report 17")
OF_A, OF_B = replace(FACTOR, id="K0002", plane="A"), replace(FACTOR, id="K0003", plane="B", factor=1.1)
day = st.dates().map(lambda one: one.isoformat())
value = st.floats(0, 1e6)
factor = st.floats(0.01, 100)


def test_an_event_keeps_what_is_displayed_beside_what_is_corrected() -> None:
    (found,) = estimate(exposure(plane="Single Plane", dap_gy_cm2=10.0), FACTOR)
    assert isinstance(found, Estimate)
    assert (found.quantity, found.value, found.method) == ("dap_gy_cm2", 8.0, "kerma-calibration")
    assert (found.low, found.high) == (pytest.approx(7.6), pytest.approx(8.4))
    assert [(one.name, one.value) for one in found.inputs] == [("dap_gy_cm2", 10.0), ("calibration_factor", 0.8)]
    assert found.inputs[1].detail == "K0001, single plane, since 2026-01-01, Report 17"
    assert (found.verified, found.is_default) == (False, False)


def test_without_a_calibration_nothing_is_corrected() -> None:
    event = exposure(dap_gy_cm2=10.0)
    assert estimate(event, None) == estimates(event, ()) == ()


def test_a_factor_is_of_one_plane_and_a_radiograph_names_none() -> None:
    assert estimate(exposure(plane="Plane B", dap_gy_cm2=10.0), OF_A) == ()
    assert isinstance(estimate(exposure(dap_gy_cm2=10.0), FACTOR)[0], Estimate)
    (found,) = estimate(exposure(plane="Frontal", dap_gy_cm2=10.0), OF_A)
    assert isinstance(found, NotEstimated)


@pytest.mark.parametrize("displayed", [None, -1.0, nan, inf])
def test_a_value_that_is_not_there_is_not_corrected(displayed: float | None) -> None:
    event = exposure() if displayed is None else exposure(dap_gy_cm2=displayed)
    (found,) = estimate(event, FACTOR)
    assert isinstance(found, NotEstimated)


def test_both_quantities_of_an_event_are_corrected_by_their_own_factors() -> None:
    of_kerma = replace(FACTOR, quantity="ka_r_mgy", factor=1.2)
    found = estimates(exposure(dap_gy_cm2=10.0, ka_r_mgy=100.0), (of_kerma, FACTOR, OF_A))
    assert [(one.quantity, one.value) for one in found if isinstance(one, Estimate)] == [
        ("dap_gy_cm2", 8.0),
        ("ka_r_mgy", pytest.approx(120.0)),
    ]


@pytest.mark.parametrize(("displayed", "by"), [(-1.0, 1.0), (1.0, 0.0), (1.0, -1.0), (nan, 1.0), (1.0, inf)])
def test_what_cannot_be_is_refused(displayed: float, by: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        corrected(displayed, by)


@given(value, factor, st.floats(0, 100))
def test_correction_is_linear_and_nothing_stays_nothing(displayed: float, by: float, times: float) -> None:
    assert corrected(displayed * times, by) == pytest.approx(corrected(displayed, by) * times)
    assert corrected(0.0, by) == 0
    assert corrected(displayed, 1.0) == displayed


@given(value, factor, st.floats(0, 300))
def test_an_interval_holds_its_value_and_is_never_below_nothing(displayed: float, by: float, percent: float) -> None:
    (found,) = estimate(exposure(dap_gy_cm2=displayed), replace(FACTOR, factor=by, uncertainty_percent=percent))
    assert isinstance(found, Estimate)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high


def test_no_uncertainty_is_no_interval() -> None:
    (found,) = estimate(exposure(dap_gy_cm2=1.0), replace(FACTOR, uncertainty_percent=None))
    assert isinstance(found, Estimate)
    assert (found.low, found.high) == (None, None)


def test_a_factor_holds_from_its_first_day_to_its_last() -> None:
    ended = replace(FACTOR, until="2026-03-31")
    holds = [
        in_force((ended,), "dap_gy_cm2", "single", day) is ended for day in ("2025-12-31", "2026-01-01", "2026-03-31")
    ]
    assert holds == [False, True, True]
    assert in_force((ended,), "dap_gy_cm2", "single", "2026-04-01") is None
    assert in_force((ended,), "ka_r_mgy", "single", "2026-02-01") is None
    assert in_force((ended,), "dap_gy_cm2", "A", "2026-02-01") is None


def test_a_newer_factor_ends_an_older_one_for_good() -> None:
    newer = replace(FACTOR, id="K0009", since="2026-02-01", until="2026-02-28", factor=0.9)
    told = [
        in_force((newer, FACTOR), "dap_gy_cm2", "single", day) for day in ("2026-01-31", "2026-02-01", "2026-03-01")
    ]
    assert told == [FACTOR, newer, None]


def test_a_study_of_an_unknown_day_has_no_factor() -> None:
    assert all_in_force((FACTOR,), "") == ()


@given(st.lists(st.tuples(day, day, st.sampled_from(["single", "A", "B"])), max_size=6), day)
def test_at_most_one_factor_holds_for_each_plane_and_it_holds_that_day(
    spans: list[tuple[str, str, TubePlane]], on: str
) -> None:
    known = [
        replace(FACTOR, id=f"K{number:04}", since=since, until=until, plane=plane)
        for number, (since, until, plane) in enumerate(spans)
    ]
    found = all_in_force(known, on)
    assert len({(one.quantity, one.plane) for one in found}) == len(found)
    assert all(one.since <= on and (not one.until or on <= one.until) for one in found)
    assert all_in_force(reversed(known), on) == found


def planes(**displayed: float | None) -> tuple[PlaneTotals, ...]:
    return tuple(
        PlaneTotals(plane=reading(Code("", "", f"Plane {name}")), dap_gy_cm2=None if dap is None else reading(dap))
        for name, dap in displayed.items()
    )


def test_each_plane_has_its_own_total_and_its_own_factor() -> None:
    events = [exposure(plane=f"Plane {plane}", dap_gy_cm2=dap) for plane, dap in (("A", 1.0), ("A", 2.0), ("B", 4.0))]
    totals = displayed_by_plane(events, planes(A=3.0, B=4.0))
    assert [(one.plane, one.displayed, one.used) for one in totals if one.quantity == "dap_gy_cm2"] == [
        ("A", 3.0, "stated"),
        ("B", 4.0, "stated"),
    ]
    by_plane = corrected_by_plane(totals, (OF_A, OF_B))
    found = by_plane["A", "dap_gy_cm2"], by_plane["B", "dap_gy_cm2"]
    assert [one.value for one in found if isinstance(one, Estimate)] == [pytest.approx(2.4), pytest.approx(4.4)]
    whole = corrected_total(totals, (OF_A, OF_B), "dap_gy_cm2")
    assert isinstance(whole, Estimate)
    assert (whole.value, whole.low, whole.high) == (
        pytest.approx(6.8),
        pytest.approx(6.46),
        pytest.approx(7.14),
    )
    assert len(whole.inputs) == 4


def test_events_are_added_up_where_no_total_is_stated_and_none_lacks_its_value() -> None:
    events = [exposure(dap_gy_cm2=1.0), exposure(dap_gy_cm2=2.0)]
    assert displayed_by_plane(events, ())[0].displayed == 3.0
    assert displayed_by_plane([*events, exposure()], ())[0].displayed is None
    whole = corrected_total(displayed_by_plane([*events, exposure()], ()), (FACTOR,), "dap_gy_cm2")
    assert isinstance(whole, NotEstimated)
    assert whole.reason == "The displayed total of the single plane is not known."


def test_a_stated_nothing_beside_events_with_dose_gives_way() -> None:
    events = [exposure(plane="Plane A", dap_gy_cm2=1.0)]
    assert displayed_by_plane(events, planes(A=0.0))[0].displayed == 1.0


def test_a_plane_without_a_factor_leaves_the_exam_without_a_corrected_total() -> None:
    totals = displayed_by_plane([], planes(A=3.0, B=4.0))
    whole = corrected_total(totals, (OF_A,), "dap_gy_cm2")
    assert isinstance(whole, NotEstimated)
    assert whole.reason == "No factor is in force for plane B."
    assert corrected_total(totals, (), "dap_gy_cm2") is None


def test_a_plane_that_was_not_used_needs_no_factor() -> None:
    whole = corrected_total(displayed_by_plane([], planes(A=3.0, B=0.0)), (OF_A,), "dap_gy_cm2")
    assert isinstance(whole, Estimate)
    assert whole.value == pytest.approx(2.4)


def test_events_of_a_plane_that_the_totals_do_not_name_leave_no_total() -> None:
    totals = displayed_by_plane([exposure(dap_gy_cm2=3.0)], planes(A=3.0))
    assert [one.displayed for one in totals] == [None] * 4


def test_a_plane_of_unknown_name_is_not_passed_over() -> None:
    totals = displayed_by_plane(
        [exposure(plane="Plane A", dap_gy_cm2=1.0), exposure(plane="Frontal", dap_gy_cm2=1.0)], ()
    )
    whole = corrected_total(totals, (OF_A,), "dap_gy_cm2")
    assert isinstance(whole, NotEstimated)
    assert "without a known name" in whole.reason


@pytest.mark.parametrize("kind", ["RF", "DX"])
def test_a_factor_of_one_leaves_the_totals_of_real_reports_as_they_are(kind: str) -> None:
    for path in sorted(shared("corpus/open").glob(f"{kind}-*.dcm")):
        dose = read_object(path.read_bytes()).dose
        assert all(plane_of(one.plane) for one in (*dose.projection_events, *dose.plane_totals))
        totals = displayed_by_plane(dose.projection_events, dose.plane_totals)
        for total in totals:
            unchanged = replace(FACTOR, plane=total.plane or "single", quantity=total.quantity, factor=1.0)
            found = corrected_by_plane([total], [unchanged])[unchanged.plane, total.quantity]
            assert (found.value if isinstance(found, Estimate) else None) == total.displayed
