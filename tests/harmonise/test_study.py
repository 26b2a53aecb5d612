"""The union of a study's objects, whatever their order, repetition and overlap."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from doseloop.harmonise.study import HeldObject, unite
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import CtTotals, DoseObject, Equipment, PatientAtStudy, People, StudyHeader
from doseloop.model.exam import ExamRecord
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Reading


def number(value: float) -> Reading[float]:
    return Reading(value, "1.1", str(value))


def event(uid: int, dlp: float) -> CtEvent:
    return CtEvent(event_uid=Reading(f"2.25.{uid}", "1.2", ""), dlp_mgy_cm=number(dlp))


def run(uid: int, dap: float, kind: str = "Fluoroscopy") -> ProjectionEvent:
    meaning = Reading(Code("P5-06000", "SRT", kind), "1.3", kind)
    return ProjectionEvent(
        event_uid=Reading(f"2.25.{uid}", "1.2", ""), irradiation_type=meaning, dap_gy_cm2=number(dap)
    )


def report(key: int, *events: CtEvent, total: float | None = None, **fields: object) -> HeldObject:
    dose = DoseObject(
        kind="ct report",
        modality="CT",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.88.67",
        sop_instance_uid=f"2.25.100{key}",
        series_uid=None,
        study=StudyHeader("2.25.1", "2026-03-03", "10:00:00"),
        patient=PatientAtStudy(),
        equipment=Equipment(station_name="CT1"),
        people=People(),
        content_at=f"2026-03-03T10:0{key}:00",
        ct_totals=CtTotals(number(total)) if total is not None else None,
        ct_events=events,
    )
    return HeldObject(key, replace(dose, **fields))  # type: ignore[arg-type]


def united(*objects: HeldObject) -> ExamRecord:
    return unite(objects, "UTC", "site", lambda names, modality: None)


def test_a_report_that_holds_every_event_gives_its_own_total() -> None:
    exam = united(report(1, event(1, 10), total=10.0), report(2, event(1, 10), event(2, 20.004), total=30.0))
    (total,) = exam.parts[0].totals
    assert (total.used, total.value, len(exam.parts[0].events)) == ("stated", 30.0, 2)


def test_reports_that_continue_each_other_are_added_up() -> None:
    exam = united(report(1, event(1, 10), total=10.0), report(2, event(2, 20), total=20.0))
    (total,) = exam.parts[0].totals
    assert (total.used, total.value) == ("summed", 30.0)


def test_a_total_that_disagrees_with_its_events_is_an_issue_and_shows_both() -> None:
    (issue,) = united(report(1, event(1, 10), total=20.0)).issues
    assert "20" in issue
    assert "10" in issue


def test_one_event_with_two_doses_is_an_issue() -> None:
    exam = united(report(1, event(1, 10)), report(2, event(1, 11)))
    assert len(exam.parts[0].events) == 1
    assert "different doses" in exam.issues[0]


def test_what_the_best_report_lacks_is_taken_from_another() -> None:
    light = replace(PatientAtStudy(), weight_kg=number(70.0))
    exam = united(report(1, event(1, 10), patient=light), report(2, event(1, 10), event(2, 5)))
    assert exam.patient.weight_kg == number(70.0)


def test_events_without_dose_leave_the_total_unknown_and_not_zero() -> None:
    exam = united(report(1, CtEvent(event_uid=Reading("2.25.9", "1.2", ""))))
    assert exam.parts[0].totals[0].value is None
    assert exam.total("dlp_mgy_cm") is None


def test_a_recorded_zero_stays_zero() -> None:
    assert united(report(1, event(1, 0.0), total=0.0)).total("dlp_mgy_cm") == 0.0


def test_the_planes_of_a_report_are_added_up() -> None:
    planes = (PlaneTotals(dap_gy_cm2=number(2.0)), PlaneTotals(dap_gy_cm2=number(3.0)))
    runs = (run(1, 2.0), run(2, 3.0, "Stationary Acquisition"))
    held = report(1, modality="RF", projection_events=runs, plane_totals=planes)
    exam = united(held)
    assert exam.total("dap_gy_cm2") == 5.0
    assert [one.role for one in exam.parts[0].events] == ["fluoroscopy", "acquisition"]


def test_a_study_of_two_kinds_has_two_parts_whose_totals_do_not_mix() -> None:
    runs = report(2, modality="RF", projection_events=(run(5, 1.5),))
    exam = united(report(1, event(1, 10), total=10.0), runs)
    assert [part.modality for part in exam.parts] == ["CT", "RF"]
    assert (exam.total("dlp_mgy_cm"), exam.total("dap_gy_cm2")) == (10.0, 1.5)


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
