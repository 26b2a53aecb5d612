"""What holds for any reports of a study."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from doseloop.harmonise.held import HeldObject
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import Equipment
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Reading
from tests.harmonise.reports import angiography, event, number, report, united


@given(
    sets=st.lists(st.lists(st.integers(1, 6), unique=True, min_size=1), min_size=1, max_size=4),
    data=st.data(),
)
def test_any_order_and_repetition_gives_the_same_exam(sets: list[list[int]], data: st.DataObject) -> None:
    reports = [report(n, *(event(uid, uid * 10.0) for uid in uids)) for n, uids in enumerate(sets)]
    straight = united(*reports)
    order = data.draw(st.permutations(reports))
    again = data.draw(st.lists(st.sampled_from(reports), max_size=3))

    assert united(*order, *again) == straight
    assert straight.total("dlp_mgy_cm") == sum(uid * 10.0 for uid in {uid for uids in sets for uid in uids})


DOSES = st.sampled_from([None, -1.0, 0.0, 1.0, 2.5])
readings = DOSES.map(lambda value: None if value is None else number(value))
uids = st.sampled_from([None, *(Reading(f"2.25.{n}", "1.2", "") for n in (1, 2, 3))])
kinds = st.sampled_from([None, *(Reading(Code("1", "DCM", kind), "1.3", kind) for kind in ("Fluoroscopy", "Exposure"))])
sides = st.sampled_from([None, *(Reading(Code(side, "DCM", side), "1.5", side) for side in ("113620", "113621"))])
ct_events = st.builds(CtEvent, event_uid=uids, dlp_mgy_cm=readings, ctdi_vol_mgy=readings)
runs = st.builds(ProjectionEvent, event_uid=uids, irradiation_type=kinds, plane=sides, dap_gy_cm2=readings)
planes = st.lists(st.builds(PlaneTotals, dap_gy_cm2=readings), max_size=2).map(tuple)
fields = st.fixed_dictionaries(
    {
        "sop_instance_uid": st.integers(1, 10**9).map(lambda n: f"2.25.{n}"),
        "content_at": st.sampled_from([None, "2026-03-03T10:00:00", "2026-03-03T11:00:00"]),
        "completion": st.sampled_from([None, "COMPLETE", "PARTIAL"]),
        "equipment": st.builds(
            Equipment, model=st.sampled_from([None, "a", "b"]), station_name=st.sampled_from([None, "s"])
        ),
    }
)
ct_reports = st.builds(
    lambda events, total, more: report(1, *events, total=total, **more), st.lists(ct_events, max_size=3), DOSES, fields
)
angiographies = st.builds(
    lambda events, totals, more: angiography(1, *events, planes=totals, **more),
    st.lists(runs, max_size=3),
    planes,
    fields,
)


@st.composite
def studies(draw: st.DrawFn) -> list[HeldObject]:
    """Reports of one study, of both kinds, at moments that may coincide or be missing."""
    drawn = draw(st.lists(st.one_of(ct_reports, angiographies), min_size=1, max_size=4, unique_by=_uid))
    return [replace(held, key=key) for key, held in enumerate(drawn, start=1)]


def _uid(held: HeldObject) -> str:
    return held.dose.sop_instance_uid


@given(reports=studies(), data=st.data())
def test_any_order_and_repetition_of_whatever_reports_gives_the_same_exam(
    reports: list[HeldObject], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(reports))
    again = data.draw(st.lists(st.sampled_from(reports), max_size=3))
    assert united(*order, *again) == united(*reports)


@given(reports=studies())
def test_no_total_is_negative_and_none_is_used_that_is_not_known(reports: list[HeldObject]) -> None:
    for total in (total for part in united(*reports).parts for total in part.totals):
        assert (total.value is None) == (total.used == "")
        assert total.value is None or total.value >= 0


@given(reports=studies())
def test_no_report_holds_more_of_an_event_than_the_exam(reports: list[HeldObject]) -> None:
    exam = united(*reports)
    for held in reports:
        for events in (held.dose.ct_events, held.dose.projection_events):
            kept = [
                len(part.events) for part in exam.parts if (part.modality == "CT") == (events is held.dose.ct_events)
            ]
            assert len(events) <= sum(kept)
