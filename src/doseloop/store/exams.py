"""Exams: written whole from the union of a study's objects, each time one of them arrives."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from doseloop.harmonise.age_bands import age_at_exam, age_band
from doseloop.harmonise.sizes import QUANTITIES, Size
from doseloop.model.estimate import ExamEstimates
from doseloop.model.exam import ExamRecord, Part
from doseloop.store import ct_series, estimate_columns, locks, models
from doseloop.store.audit import WORKER, record_change
from doseloop.store.delay import delay_h
from doseloop.store.event_rows import EventPlace, event_row
from doseloop.store.prepared import Insert, Rows, Slot, Update
from doseloop.store.scanners import ScannerAtSite

TOTALS = (
    *("dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s"),
    *("agd_left_mgy", "agd_right_mgy", "activity_mbq", "effective_dose_msv"),
)
"""Quantities of which an exam and a part hold a total, each in a column of that name."""
SIZE_COLUMNS = (
    *("height_m", "height_source", "height_measured_at"),
    *("weight_kg", "weight_source", "weight_measured_at"),
)
"""Of an exam: each size, its source in the table of precedence (`size`), and when an imported one was measured."""
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
    with study_lock(study_of(exam)):
        yield


def study_of(exam: int) -> str:
    """The exam's Study Instance UID."""
    return models.Exam.objects.values_list("study_uid", flat=True).get(pk=exam)


def known_exam(patient: int, study_uid: str) -> int | None:
    """Key of the exam of a patient's study, None before its first object: the patient's own, or the one that holds an object
    which named this patient and then came with another identity (a demographic update of the study)."""
    found = own_exam(patient, study_uid)
    if found is None and (named := _NAMED.first(patient=patient, study=study_uid)):
        return int(named[0])
    return found


def own_exam(patient: int, study_uid: str) -> int | None:
    """Key of the exam of the study whose objects name the patient last, for whomever it counts."""
    found = _OWN.first(patient=patient, study=study_uid)
    return int(found[0]) if found else None


def _own() -> QuerySet[models.Exam, Any]:
    """The exam of whom its objects name, whomever it counts for."""
    own = Q(named=Slot("patient")) | Q(patient_id=Slot("patient"), named=None)
    return models.Exam.objects.filter(own, study_uid=Slot("study")).values_list("pk")


_OWN = Rows(_own)
_NAMED = Rows(
    lambda: (
        models.DoseObjectRow.objects.filter(study_uid=Slot("study"), identity__patient=Slot("patient"))
        .exclude(exam=None)
        .order_by("pk")
        .values_list("exam_id")[:1]
    )
)


def new_exam(patient: int, study_uid: str, scanner: ScannerAtSite) -> int:
    """Key of a new exam of a patient's study. Call it under the lock on the study, where none is known."""
    return _NEW.key(
        patient_id=patient,
        study_uid=study_uid,
        site_id=scanner.site,
        scanner_id=scanner.scanner,
        named_scanner_id=scanner.named,
        received_at=timezone.now(),
        modality=scanner.modality,
    )


_NEW = Insert(models.Exam)


def join(one: int, other: int) -> int:
    """Make two exams of one study one, since an object of both came with either patient. Returns the key that stays: the older
    one's, which takes over the objects, the comments, reports, cases and what people judged of the other."""
    kept, gone = (models.Exam.objects.get(pk=key) for key in sorted((one, other)))
    models.DoseObjectRow.objects.filter(exam=gone).update(exam=kept)
    ct_series.take_over(gone.pk, kept.pk)
    models.Comment.objects.filter(exam=gone).update(exam=kept)
    models.ConceptusVersion.objects.filter(exam=gone).update(exam=kept)
    models.Flag.objects.filter(exam=gone).exclude(judged_at=None).update(exam=kept)
    linked = models.CaseExam.objects.filter(exam=kept).values("case")
    models.CaseExam.objects.filter(exam=gone).exclude(case__in=linked).update(exam=kept)
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
    if own_exam(patient, row.study_uid) is not None:
        return False
    models.Exam.objects.filter(pk=exam).update(patient_id=patient, named=None)
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
    exam: int,
    record: ExamRecord,
    scanner: ScannerAtSite,
    issues: Iterable[str],
    sizes: Mapping[str, Size | None],
    estimates: ExamEstimates,
    *,
    arrived: bool = True,
) -> None:
    """Write an exam's row, parts and events in place of what they were. Judgements of people are not touched.

    `sizes`: height and weight by `height_m`, `weight_kg`. `estimates`: what was computed of the record.

    `arrived`: an object has just come, so that the exam is provisional again.
    """
    site, of_scanner, excluded_as, received_at, has_parts = _HELD.all(exam=exam)[0]
    if has_parts:
        models.Event.objects.filter(exam_id=exam).delete()
        models.Part.objects.filter(exam_id=exam).delete()
    received_at = timezone.now() if arrived else received_at
    columns = _columns(record, scanner, list(issues)) | _size_columns(sizes)
    columns |= {"delay_h": delay_h(record.started_at, received_at), **estimate_columns.of_exam(estimates)}
    if arrived:
        _WRITE_ARRIVED.run(exam=exam, **columns, received_at=received_at, settled=False)
    else:
        _WRITE.run(exam=exam, **columns)
    if (site, of_scanner) != (scanner.site, scanner.scanner):
        models.Flag.objects.filter(exam_id=exam).update(site=scanner.site, scanner=scanner.scanner)
    position = 0
    for number, part in enumerate(record.parts):
        place = {"exam_id": exam, "site_id": scanner.site, "scanner_id": scanner.scanner, "position": number}
        eligible = not excluded_as and not part.is_estimate
        computed = estimate_columns.of_total(estimates.parts[number])
        key = _NEW_PART.key(**place, **_part(part, columns), **computed, eligible=eligible)
        _NEW_EVENT.many(_event_rows(part, EventPlace(exam, key, position), estimates))
        position += len(part.events)


def _event_rows(part: Part, first: EventPlace, estimates: ExamEstimates) -> Iterator[dict[str, Any]]:
    """Rows of a part's events; the first stands at the place that is given."""
    for position, event in enumerate(part.events, first.position):
        place = EventPlace(first.exam, first.part, position)
        yield {**event_row(event, place), **estimate_columns.of_event(estimates.events[position])}


def _exam() -> QuerySet[models.Exam]:
    return models.Exam.objects.filter(pk=Slot("exam"))


_HELD = Rows(
    lambda: (
        _exam()
        .annotate(has_parts=Exists(models.Part.objects.filter(exam=OuterRef("pk"))))
        .select_for_update()
        .values_list("site_id", "scanner_id", "excluded_as", "received_at", "has_parts")
    )
)
_WRITTEN = (
    *(
        "site_id",
        "scanner_id",
        "named_scanner_id",
        "modality",
        "accession_number",
        "started_at",
        "zone",
        "zone_source",
        "description",
    ),
    *("protocol_name", "requested_procedure", "age_years", "age_known_to", "age_band", "sex", *SIZE_COLUMNS, *TOTALS),
    *("totals", "issues", "repairs", "event_count", "repaired", "implausible", "delay_h"),
    *(*estimate_columns.TOTALS, "methods_edition"),
)
_WRITE, _WRITE_ARRIVED = Update(_exam, _WRITTEN), Update(_exam, (*_WRITTEN, "received_at", "settled"))
_NEW_PART, _NEW_EVENT = Insert(models.Part), Insert(models.Event)


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


def is_left_out(exam: int) -> bool:
    """Whether no rule judges the exam, since a person has excluded it as phantom or test, or it counts in another; nobody may
    change that until the transaction ends."""
    return any(_LEFT_OUT.all(exam=exam)[0])


_LEFT_OUT = Rows(lambda: _exam().select_for_update().values_list("excluded_as", "part_of_id"))


def in_other_exams(exam: int) -> list[int]:
    """Other exams that hold an event with an Irradiation Event UID of this one; the first of them, where a scanner gives the
    same UID to everything."""
    return [key for (key,) in _SHARING.all(exam=exam)]


def _sharing() -> QuerySet[models.Event, tuple[int]]:
    mine = models.Event.objects.filter(exam_id=Slot("exam")).exclude(event_uid="").values("event_uid")
    shared = models.Event.objects.filter(event_uid__in=mine).exclude(exam_id=Slot("exam"))
    return shared.values_list("exam_id").distinct().order_by("exam_id")[:_MOST_SHARING]


_SHARING = Rows(_sharing)


def _columns(record: ExamRecord, scanner: ScannerAtSite, issues: list[str]) -> dict[str, Any]:
    study, patient = record.study, record.patient
    age = age_at_exam(patient)
    band = age_band(age.years if age else None)
    totals = [
        {"part": n, "quantity": t.quantity, "stated": t.stated, "summed": t.summed, "used": t.used}
        for n, part in enumerate(record.parts)
        for t in part.totals
        if t.used
    ]
    return {
        "site_id": scanner.site,
        "scanner_id": scanner.scanner,
        "named_scanner_id": scanner.named,
        "modality": record.modality,
        "accession_number": study.accession_number or "",
        "started_at": record.started_at.local,
        "zone": record.started_at.zone,
        "zone_source": record.started_at.zone_source,
        "description": study.description or "",
        "protocol_name": study.protocol_name or "",
        "requested_procedure": study.requested_procedure or "",
        "age_years": age.years if age else None,
        "age_known_to": age.known_to if age else "",
        "age_band": band.key if band else "",
        "sex": patient.sex or "",
        **{quantity: record.total(quantity) for quantity in TOTALS},
        "totals": totals,
        "issues": issues,
        "repairs": [asdict(one) for one in record.repairs] or None,
        "event_count": sum(len(part.events) for part in record.parts),
        "repaired": record.repaired,
        "implausible": record.implausible,
    }


def _size_columns(sizes: Mapping[str, Size | None]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for quantity in QUANTITIES:
        size, name = sizes[quantity], quantity.partition("_")[0]
        told[quantity] = size.value if size else None
        told[f"{name}_source"] = size.source if size else ""
        told[f"{name}_measured_at"] = size.measured_at if size else ""
    return told


def _part(part: Part, exam: Mapping[str, Any]) -> dict[str, Any]:
    totals = {total.quantity: total.value for total in part.totals}
    match = part.procedure
    return {
        "modality": part.modality,
        "procedure_id": match.procedure if match else None,
        "evidence": [{"field": e.field, "words": e.words, "basis": e.basis} for e in match.evidence] if match else [],
        "age_band": exam["age_band"],
        "started_at": exam["started_at"],
        "weight_kg": exam["weight_kg"],
        "weight_source": exam["weight_source"],
        "phantom_cm": part.phantom_cm,
        "ctdi_vol_mgy": part.ctdi_vol_mgy,
        "is_estimate": part.is_estimate,
        **totals,
    }
