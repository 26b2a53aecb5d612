"""Objects of one study, made from what a test is about."""

from dataclasses import replace

from doseloop.harmonise.held import HeldObject
from doseloop.harmonise.study import unite
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


def bare(uid: int | None = None, **fields: object) -> CtEvent:
    return replace(CtEvent(event_uid=Reading(f"2.25.{uid}", "1.2", "") if uid else None), **fields)  # type: ignore[arg-type]


def angiography(key: int, *runs: ProjectionEvent, planes: tuple[PlaneTotals, ...] = (), **fields: object) -> HeldObject:
    held = report(key, modality="RF", projection_events=runs, plane_totals=planes)
    return replace(held, dose=replace(held.dose, **fields))  # type: ignore[arg-type]
