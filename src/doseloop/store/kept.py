"""Kept objects that are to be read again, and what is written when they were."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from doseloop.model.dose_object import ReadResult
from doseloop.store import exams, objects, patients
from doseloop.store.claims import Claim
from doseloop.store.models import DoseObjectRow, Exam, Identity
from doseloop.store.scanners import SiteDefaults, scanner_of

_State = DoseObjectRow.State
STATES = (_State.READ, _State.PARTLY_READ, _State.QUARANTINED, _State.NOT_DOSE)
_SLICE = DoseObjectRow.Standing.SLICE
"""A further image of a series was counted and is not kept."""
_NOT_READ_YET = "not-read-yet"
_CLAIMED_BY = "reprocess"


@dataclass(frozen=True, slots=True)
class Which:
    """Which kept objects are read again."""

    since: datetime | None = None
    """Only those that arrived then or later."""
    study_uid: str | None = None
    states: tuple[str, ...] = tuple(STATES)
    again: bool = False
    """Also those that this version of the reader has read already."""


@dataclass(frozen=True, slots=True)
class KeptObject:
    """An object that was settled and may be read again."""

    key: int
    sha256: str
    state: str
    reason_code: str
    study_uid: str
    exam: int | None


def count(which: Which) -> int:
    """How many objects are read again."""
    return _rows(which).count()


def studies(which: Which, after: str, most: int) -> list[tuple[str, list[KeptObject]]]:
    """Objects of exams, by study in the order of their UIDs: up to `most` studies after the one given."""
    rows = _rows(which).exclude(exam=None)
    uids = rows.filter(study_uid__gt=after).order_by("study_uid").values_list("study_uid", flat=True).distinct()[:most]
    found: dict[str, list[KeptObject]] = {uid: [] for uid in uids}
    for row in rows.filter(study_uid__in=list(found)).order_by("pk"):
        found[row.study_uid].append(_kept(row))
    return list(found.items())


def without_exam(which: Which, after: int, most: int) -> list[KeptObject]:
    """Objects that no exam has: quarantined ones, and reports of a kind that was not read. Up to `most`, by key."""
    return [_kept(row) for row in _rows(which).filter(exam=None, pk__gt=after).order_by("pk")[:most]]


def take_up(kept: KeptObject) -> Claim | None:
    """Make an object that waits for a person a claim, within the caller's transaction; None where it changed meanwhile."""
    rows = DoseObjectRow.objects.filter(pk=kept.key, state=kept.state, reason_code=kept.reason_code)
    if not rows.update(state=_State.WAITING, claimed_by=_CLAIMED_BY, attempts=F("attempts") + 1):
        return None
    return Claim(kept.key, kept.sha256, DoseObjectRow.objects.values_list("attempts", flat=True).get(pk=kept.key))


def exams_of(keys: Iterable[int]) -> list[int]:
    """Exams that hold any of these objects now."""
    held = DoseObjectRow.objects.filter(pk__in=list(keys)).exclude(exam=None)
    return sorted(set(held.values_list("exam_id", flat=True)))


def exams_of_study(study_uid: str) -> list[int]:
    """Exams of the study: one, or one for each patient that its objects name."""
    return list(Exam.objects.filter(study_uid=study_uid).order_by("pk").values_list("pk", flat=True))


def rewrite(exam: int, results: Mapping[int, ReadResult], defaults: SiteDefaults) -> bool:
    """Give the objects of an exam what they say now, one after the other as they were processed, so that each stands beside
    the earlier ones as it would have. False where the exam would belong to a patient who has the study already.

    Within the caller's transaction.
    """
    held = DoseObjectRow.objects.filter(exam_id=exam).exclude(standing=_SLICE)
    rows = list(held.select_related("identity").order_by("processed_at", "pk"))
    read = {row.pk: _identified(results[row.pk], defaults) for row in rows if row.pk in results}
    told = {row.pk: read[row.pk] for row in rows if row.pk in read and _differs(row, *read[row.pk])}
    if not told:
        return True
    held.update(exam=None)
    owner: Identity | None = None
    for row in rows:
        identity = told[row.pk][1] if row.pk in told else row.identity
        standing = _stand(row, told.get(row.pk), identity, exam)
        owner = owner if standing == objects.RESEND else identity
    if owner is None or all(row.identity == told[row.pk][1] for row in rows if row.pk in told):
        return True
    patients.make_current(owner)
    return _belongs(exam, owner)


def mark_read(keys: Iterable[int]) -> None:
    """Note that this version of the reader has read these objects."""
    rows = DoseObjectRow.objects.filter(pk__in=list(keys)).exclude(reader_version=objects.READER_VERSION)
    rows.update(reader_version=objects.READER_VERSION)


def _stand(row: DoseObjectRow, told: tuple[ReadResult, Identity] | None, identity: Identity | None, exam: int) -> str:
    dose = told[0].dose if told else objects.dose_of(row)
    standing = objects.beside_copies(row.pk, dose, identity).standing if identity else row.standing
    if told:
        objects.settle_again(row.pk, *told, standing, exam)
    else:
        DoseObjectRow.objects.filter(pk=row.pk).update(standing=standing, exam_id=exam)
    return standing


def _differs(row: DoseObjectRow, result: ReadResult, identity: Identity) -> bool:
    return row.identity_id != identity.pk or objects.dose_of(row) != result.dose


def _identified(result: ReadResult, defaults: SiteDefaults) -> tuple[ReadResult, Identity]:
    dose = result.dose
    scanner = scanner_of(dose.equipment, dose.modality, defaults, arrived=False)
    return result, patients.identify(result.identity, dose.study.study_uid, scanner.site)


def _belongs(exam: int, owner: Identity) -> bool:
    held = exams.own_exam(owner.patient_id, exams.study_of(exam)) == exam
    return held or exams.move_to(owner.patient_id, exam)


def _rows(which: Which) -> "QuerySet[DoseObjectRow]":
    rows = DoseObjectRow.objects.filter(_worth_reading(which), state__in=which.states).exclude(standing=_SLICE)
    if which.since is not None:
        rows = rows.filter(received_at__gte=which.since)
    return rows if which.study_uid is None else rows.filter(study_uid=which.study_uid)


def _worth_reading(which: Which) -> Q:
    """An object that waits for a person always is; one that this version has read only where it is asked for."""
    waits = Q(state=_State.QUARANTINED)
    read = Q(state__in=(_State.READ, _State.PARTLY_READ)) | Q(state=_State.NOT_DOSE, reason_code=_NOT_READ_YET)
    return waits | (read if which.again else read & ~Q(reader_version=objects.READER_VERSION))


def _kept(row: DoseObjectRow) -> KeptObject:
    return KeptObject(row.pk, row.sha256, row.state, row.reason_code, row.study_uid, row.exam_id)
