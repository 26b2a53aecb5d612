"""Exams: written whole from the union of a study's objects, each time one of them arrives."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.harmonise.age_bands import age_band
from doseloop.model.ct import CtEvent
from doseloop.model.exam import ExamEvent, ExamRecord, Part
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.store import locks, models
from doseloop.store.audit import WORKER, record_change
from doseloop.store.packing import pack
from doseloop.store.scanners import ScannerAtSite


@contextmanager
def study_lock(study_uid: str) -> Iterator[None]:
    """One transaction under the lock on a study."""
    with transaction.atomic():
        locks.hold(f"study {study_uid}")
        yield


@contextmanager
def exam_lock(exam: int) -> Iterator[None]:
    """One transaction under the lock on the exam's study."""
    with study_lock(models.Exam.objects.values_list("study_uid", flat=True).get(pk=exam)):
        yield


def exam_of(patient: int, study_uid: str, scanner: ScannerAtSite) -> int:
    """Key of the exam of a patient's study, made where it is new."""
    made = {
        "site_id": scanner.site,
        "scanner_id": scanner.scanner,
        "received_at": timezone.now(),
        "modality": scanner.modality,
    }
    return models.Exam.objects.get_or_create(patient_id=patient, study_uid=study_uid, defaults=made)[0].pk


def move_to(patient: int, exam: int) -> bool:
    """Give an exam to another patient (a demographic update); False where that patient has the study already."""
    row = models.Exam.objects.select_for_update().get(pk=exam)
    if models.Exam.objects.filter(patient_id=patient, study_uid=row.study_uid).exists():
        return False
    models.Exam.objects.filter(pk=exam).update(patient_id=patient)
    record_change(
        WORKER,
        "moved to another patient",
        f"exam {exam}",
        patient_key=patient,
        site=row.site_id,
        before={"patient_key": row.patient_id},
        after={"patient_key": patient},
    )
    return True


def write(exam: int, record: ExamRecord, scanner: ScannerAtSite, issues: Iterable[str]) -> None:
    """Write an exam's row, parts and events in place of what they were. Judgements of people are not touched."""
    row = models.Exam.objects.select_for_update().get(pk=exam)
    if models.Part.objects.filter(exam=row).exists():
        models.Event.objects.filter(exam=row).delete()
        models.Part.objects.filter(exam=row).delete()
    _fill(row, record, scanner, list(issues))
    row.save()
    models.Flag.objects.filter(exam=row).update(site=row.site_id, scanner=row.scanner_id)
    position = 0
    for number, part in enumerate(record.parts):
        part_row = models.Part.objects.create(exam=row, site_id=scanner.site, position=number, **_part(part, row))
        events = [_event(event, row, part_row, position + n) for n, event in enumerate(part.events)]
        models.Event.objects.bulk_create(events, batch_size=200)
        position += len(events)


def quiet_since(quiet: timedelta, most: int) -> list[int]:
    """Exams that are provisional and whose study has been quiet for that long."""
    return list(_quiet(quiet).order_by("pk").values_list("pk", flat=True)[:most])


def settle(exam: int, quiet: timedelta) -> bool:
    """Mark an exam as no longer provisional; False where an object of its study, or another worker, came before."""
    return bool(_quiet(quiet).filter(pk=exam).update(settled=True))


def _quiet(quiet: timedelta) -> "QuerySet[models.Exam]":
    return models.Exam.objects.filter(settled=False, received_at__lt=timezone.now() - quiet)


def is_excluded(exam: int) -> bool:
    """Whether a person has excluded the exam as phantom or test; nobody may change that until the transaction ends."""
    return bool(models.Exam.objects.select_for_update().values_list("excluded_as", flat=True).get(pk=exam))


def in_other_exams(exam: int) -> list[int]:
    """Other exams that hold an event with an Irradiation Event UID of this one."""
    mine = models.Event.objects.filter(exam_id=exam).exclude(event_uid="").values_list("event_uid", flat=True)
    shared = models.Event.objects.filter(event_uid__in=list(mine)).exclude(exam_id=exam)
    return sorted(set(shared.values_list("exam_id", flat=True)))


def _fill(row: models.Exam, record: ExamRecord, scanner: ScannerAtSite, issues: list[str]) -> None:
    study, patient = record.study, record.patient
    band = age_band(patient.age_years)
    row.site_id, row.scanner_id, row.modality = scanner.site, scanner.scanner, record.modality
    row.accession_number = study.accession_number or ""
    row.started_at, row.zone = record.started_at.local, record.started_at.zone
    row.zone_source = record.started_at.zone_source
    row.description, row.protocol_name = study.description or "", study.protocol_name or ""
    row.requested_procedure = study.requested_procedure or ""
    row.age_years, row.age_band, row.sex = patient.age_years, band.key if band else "", patient.sex or ""
    row.height_m, row.weight_kg = value_of(patient.height_m), value_of(patient.weight_kg)
    for quantity in ("dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s"):
        setattr(row, quantity, record.total(quantity))
    row.totals = [
        {"part": n, "quantity": t.quantity, "stated": t.stated, "summed": t.summed, "used": t.used}
        for n, part in enumerate(record.parts)
        for t in part.totals
        if t.used
    ]
    row.issues = issues
    row.event_count = sum(len(part.events) for part in record.parts)
    row.received_at, row.settled = timezone.now(), False


def _part(part: Part, row: models.Exam) -> dict[str, object]:
    totals = {total.quantity: total.value for total in part.totals}
    match = part.procedure
    return {
        "modality": part.modality,
        "procedure_id": match.procedure if match else None,
        "evidence": [{"field": e.field, "words": e.words, "basis": e.basis} for e in match.evidence] if match else [],
        "age_band": row.age_band,
        "started_at": row.started_at,
        "weight_kg": row.weight_kg,
        "phantom_cm": part.phantom_cm,
        "ctdi_vol_mgy": part.ctdi_vol_mgy,
        "eligible": not row.excluded_as,
        **totals,
    }


def _event(event: ExamEvent, row: models.Exam, part: models.Part, position: int) -> models.Event:
    common = {"exam": row, "part": part, "object_id": event.object, "position": position, "role": event.role}
    if event.ct is not None:
        return models.Event(**common, kind="ct", detail=pack(event.ct), **_ct_columns(event.ct))
    assert event.projection is not None
    columns = _projection_columns(event.projection)
    return models.Event(**common, kind="projection", detail=pack(event.projection), **columns)


def _ct_columns(event: CtEvent) -> dict[str, object]:
    source = event.sources[0] if event.sources else None
    return {
        **_shared_columns(event),
        "type": _meaning(event.acquisition_type),
        "ctdi_vol_mgy": value_of(event.ctdi_vol_mgy),
        "dlp_mgy_cm": value_of(event.dlp_mgy_cm),
        "phantom_cm": event.phantom_cm,
        "kvp": value_of(source.kvp) if source else None,
        "tube_current_ma": value_of(source.tube_current_ma) if source else None,
        "pitch": value_of(event.pitch),
        "scanning_length_mm": value_of(event.scanning_length_mm),
    }


def _projection_columns(event: ProjectionEvent) -> dict[str, object]:
    return {
        **_shared_columns(event),
        "type": _meaning(event.irradiation_type),
        "plane": _meaning(event.plane),
        "dap_gy_cm2": value_of(event.dap_gy_cm2),
        "ka_r_mgy": value_of(event.ka_r_mgy),
        "kvp": value_of(event.kvp),
        "tube_current_ma": value_of(event.tube_current_ma),
    }


def _shared_columns(event: CtEvent | ProjectionEvent) -> dict[str, object]:
    return {
        "event_uid": event.event_uid.value if event.event_uid else "",
        "started_at": event.started_at.value if event.started_at else "",
        "protocol": event.protocol.value if event.protocol else "",
        "target_region": _meaning(event.target_region),
        "exposure_time_ms": value_of(event.exposure_time_ms),
    }


def value_of(reading: Reading[float] | None) -> float | None:
    """The value of a reading, None where nothing was recorded."""
    return reading.value if reading else None


def _meaning(reading: Reading[Code] | None) -> str:
    return reading.value.meaning if reading else ""
