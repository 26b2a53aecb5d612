"""What became of an object: each ends in exactly one state."""

import hashlib
from dataclasses import dataclass

import msgspec
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.dose_object import DoseObject, ReadResult
from doseloop.model.errors import DoseloopError, NotVisible
from doseloop.store import visible
from doseloop.store.claims import Claim, held_by
from doseloop.store.models import DoseObjectRow, Identity
from doseloop.store.packing import pack, unpack

READER_VERSION = "1"
_State, _Standing = DoseObjectRow.State, DoseObjectRow.Standing
RESEND, DEMOGRAPHIC = _Standing.RESEND, _Standing.DEMOGRAPHIC


@dataclass(frozen=True, slots=True)
class Held:
    """An object of a study as the record holds it."""

    key: int
    dose: DoseObject


def settle_without_dose(claim: Claim, error: DoseloopError, *, quarantined: bool) -> bool:
    """End an object as `not dose`, or as `quarantined`, with the reason and what to do. False where the claim ended."""
    settled = held_by(claim).update(
        state=_State.QUARANTINED if quarantined else _State.NOT_DOSE,
        reason_code=error.code,
        reason=str(error)[:500],
        hint=error.hint,
        **_done(),
    )
    return bool(settled)


def settle_read(claim: Claim, result: ReadResult, identity: Identity, standing: str, exam: int) -> None:
    """End an object as `read`, or as `partly read` with what is missing, and give it to its exam."""
    dose = result.dose
    held_by(claim).update(
        state=_State.PARTLY_READ if dose.missing else _State.READ,
        reason_code="partly-read" if dose.missing else "",
        reason=" ".join(dose.missing)[:500],
        hint="The figures shown are sound; what is missing could not be read from the object." if dose.missing else "",
        kind=dose.kind,
        sop_class_uid=dose.sop_class_uid,
        sop_instance_uid=dose.sop_instance_uid,
        study_uid=dose.study.study_uid,
        standing=standing,
        record=pack(dose),
        dose_digest=dose_digest(dose),
        identity=identity,
        exam_id=exam,
        **_done(),
    )


def dose_digest(dose: DoseObject) -> str:
    """SHA-256 of what the object says about dose: two objects with the same one differ in identity or order data alone."""
    content = (dose.ct_totals, dose.ct_events, dose.plane_totals, dose.projection_events)
    return hashlib.sha256(msgspec.msgpack.encode(content)).hexdigest()


@dataclass(frozen=True, slots=True)
class Beside:
    """What an object is beside earlier copies of its SOP Instance UID, and the exam of the copy that it repeats."""

    standing: str
    exam: int | None = None


def beside_copies(claim: Claim, dose: DoseObject, identity: Identity) -> Beside:
    """Whether an object is current, a resend, a demographic update or a revision."""
    same = DoseObjectRow.objects.filter(sop_instance_uid=dose.sop_instance_uid, study_uid=dose.study.study_uid)
    copies = list(same.exclude(exam=None).exclude(pk=claim.object).order_by("-pk"))
    digest = dose_digest(dose)
    same_dose = [row for row in copies if row.dose_digest == digest]
    for row in same_dose:
        if row.identity_id == identity.pk and _dose(row) == dose:
            return Beside(_Standing.RESEND, row.exam_id)
    if same_dose:
        return Beside(_Standing.DEMOGRAPHIC, same_dose[0].exam_id)
    return Beside(_Standing.REVISION if copies else _Standing.CURRENT)


def sha256_of(scope: Scope, key: int) -> str:
    """The name of the bytes of an exam's object. Errors: `NotVisible`, also where the scope leaves the exam's site out."""
    found = DoseObjectRow.objects.filter(pk=key, exam__in=visible.exams(scope)).values_list("sha256", flat=True).first()
    if found is None:
        raise NotVisible("There is no such object.")
    return found


def any_taken_in() -> bool:
    """Whether any object was ever taken in."""
    return DoseObjectRow.objects.exists()


def objects_of(exam: int) -> list[Held]:
    """The objects that make an exam: of several with one SOP Instance UID the newest, by its content and then its arrival."""
    newest: dict[str, Held] = {}
    for row in DoseObjectRow.objects.filter(exam_id=exam).exclude(standing=_Standing.RESEND).order_by("pk"):
        held, known = Held(row.pk, _dose(row)), newest.get(row.sop_instance_uid)
        if known is None or (held.dose.content_at or "") >= (known.dose.content_at or ""):
            newest[row.sop_instance_uid] = held
    return list(newest.values())


def revised(exam: int) -> bool:
    """Whether an object of the exam came again with another dose."""
    return DoseObjectRow.objects.filter(exam_id=exam, standing=_Standing.REVISION).exists()


def _dose(row: DoseObjectRow) -> DoseObject:
    assert row.record is not None
    return unpack(bytes(row.record), DoseObject)


def _done() -> dict[str, object]:
    return {
        "processed_at": timezone.now(),
        "reader_version": READER_VERSION,
        "claimed_by": "",
        "claimed_until": None,
    }
