"""Exams: written whole from the union of a study's objects, each time one of them arrives."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from doseloop.harmonise.age_bands import age_band
from doseloop.model.exam import ExamRecord, Part
from doseloop.store import locks, models
from doseloop.store.audit import WORKER, record_change
from doseloop.store.event_rows import EventPlace, event_row, value_of
from doseloop.store.scanners import ScannerAtSite

TOTALS = (
    *("dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s"),
    *("agd_left_mgy", "agd_right_mgy", "activity_mbq", "effective_dose_msv"),
)
"""Quantities of which an exam and a part hold a total, each in a column of that name."""
_DRIFT = timedelta(minutes=1)

_MOST_SHARING = 25


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


def known_exam(patient: int, study_uid: str) -> int | None:
    """Key of the exam of a patient's study, None before its first object: the patient's own, or the one that holds an object
    which named this patient and then came with another identity (a demographic update of the study)."""
    own = models.Exam.objects.filter(patient_id=patient, study_uid=study_uid).values_list("pk", flat=True).first()
    if own is not None:
        return own
    named = models.DoseObjectRow.objects.filter(study_uid=study_uid, identity__patient=patient).exclude(exam=None)
    return named.order_by("pk").values_list("exam_id", flat=True).first()


def exam_of(patient: int, study_uid: str, scanner: ScannerAtSite) -> int:
    """Key of the exam of a patient's study, made where it is new. Call it under the lock on the study."""
    known = known_exam(patient, study_uid)
    if known is not None:
        return known
    made = models.Exam.objects.create(
        patient_id=patient,
        study_uid=study_uid,
        site_id=scanner.site,
        scanner_id=scanner.scanner,
        received_at=timezone.now(),
        modality=scanner.modality,
    )
    return made.pk


def join(one: int, other: int) -> int:
    """Make two exams of one study one, since an object of both came with either patient. Returns the key that stays: the older
    one's, which takes over the objects, the comments and what people judged of the other."""
    kept, gone = (models.Exam.objects.get(pk=key) for key in sorted((one, other)))
    models.DoseObjectRow.objects.filter(exam=gone).update(exam=kept)
    models.Comment.objects.filter(exam=gone).update(exam=kept)
    models.Flag.objects.filter(exam=gone).exclude(judged_at=None).update(exam=kept)
    if gone.excluded_as and not kept.excluded_as:
        kept.excluded_as, kept.excluded_reason = gone.excluded_as, gone.excluded_reason
        kept.save(update_fields=["excluded_as", "excluded_reason"])
    before = {"patient_key": gone.patient_id, "exam": gone.pk}
    after = {"patient_key": kept.patient_id, "exam": kept.pk}
    subject, patient = f"exam {gone.pk}", gone.patient_id
    gone.delete()
    record_change(WORKER, "exams joined", subject, patient_key=patient, site=kept.site_id, before=before, after=after)
    return kept.pk


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


def write(
    exam: int, record: ExamRecord, scanner: ScannerAtSite, issues: Iterable[str], *, arrived: bool = True
) -> None:
    """Write an exam's row, parts and events in place of what they were. Judgements of people are not touched.

    `arrived`: an object has just come, so that the exam is provisional again.
    """
    row = models.Exam.objects.select_for_update().get(pk=exam)
    if models.Part.objects.filter(exam=row).exists():
        models.Event.objects.filter(exam=row).delete()
        models.Part.objects.filter(exam=row).delete()
    moved = (row.site_id, row.scanner_id) != (scanner.site, scanner.scanner)
    _fill(row, record, scanner, list(issues))
    if arrived:
        row.received_at, row.settled = timezone.now(), False
    row.save()
    if moved:
        models.Flag.objects.filter(exam=row).update(site=row.site_id, scanner=row.scanner_id)
    position = 0
    for number, part in enumerate(record.parts):
        part_row = models.Part.objects.create(exam=row, site_id=scanner.site, position=number, **_part(part, row))
        events = [event_row(event, EventPlace(row, part_row, position + n)) for n, event in enumerate(part.events)]
        models.Event.objects.bulk_create(events, batch_size=200)
        position += len(events)


def quiet_since(quiet: timedelta, most: int) -> list[int]:
    """Exams that are provisional and whose study has been quiet for that long."""
    return list(_quiet(quiet).order_by("pk").values_list("pk", flat=True)[:most])


def settle(exam: int, quiet: timedelta) -> bool:
    """Mark an exam as no longer provisional; False where an object of its study, or another worker, came before."""
    return bool(_quiet(quiet).filter(pk=exam).update(settled=True))


def _quiet(quiet: timedelta) -> "QuerySet[models.Exam]":
    """One that arrived after now, by more than the clock may drift, did so before the clock was set back."""
    now = timezone.now()
    past = Q(received_at__lt=now - quiet) | Q(received_at__gt=now + max(quiet, _DRIFT))
    return models.Exam.objects.filter(past, settled=False)


def is_excluded(exam: int) -> bool:
    """Whether a person has excluded the exam as phantom or test; nobody may change that until the transaction ends."""
    return bool(models.Exam.objects.select_for_update().values_list("excluded_as", flat=True).get(pk=exam))


def in_other_exams(exam: int) -> list[int]:
    """Other exams that hold an event with an Irradiation Event UID of this one; the first of them, where a scanner gives the
    same UID to everything."""
    mine = models.Event.objects.filter(exam_id=exam).exclude(event_uid="").values("event_uid")
    shared = models.Event.objects.filter(event_uid__in=mine).exclude(exam_id=exam)
    return list(shared.values_list("exam_id", flat=True).distinct().order_by("exam_id")[:_MOST_SHARING])


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
    for quantity in TOTALS:
        setattr(row, quantity, record.total(quantity))
    row.totals = [
        {"part": n, "quantity": t.quantity, "stated": t.stated, "summed": t.summed, "used": t.used}
        for n, part in enumerate(record.parts)
        for t in part.totals
        if t.used
    ]
    row.issues = issues
    row.event_count = sum(len(part.events) for part in record.parts)


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
        "is_estimate": part.is_estimate,
        "eligible": not row.excluded_as and not part.is_estimate,
        **totals,
    }
