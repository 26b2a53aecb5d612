"""What became of an object: each ends in exactly one state."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db.models import Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.harmonise.totals import contradictions
from doseloop.model.dose_object import SLICE_KINDS, DoseObject, ReadResult
from doseloop.model.errors import DoseloopError, NotVisible
from doseloop.store import visible
from doseloop.store.claims import Claim, held, held_by
from doseloop.store.models import DoseObjectRow, Exam, Identity
from doseloop.store.packing import pack, unpack
from doseloop.store.prepared import Rows, Slot, Update

READER_VERSION = "6"
_State, _Standing = DoseObjectRow.State, DoseObjectRow.Standing
RESEND, DEMOGRAPHIC = _Standing.RESEND, _Standing.DEMOGRAPHIC
_UNHELD = (_Standing.RESEND, _Standing.SLICE)

_LAST = 2000
"""Far more than workers settle within one lease, so that what they settled when they died is among them."""
_MISSING = "The figures shown are sound; what is missing could not be read from the object."
_BOTH_SHOWN = "The exam shows both values; the maker can tell which of them the scanner measured."


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
    told = {**_told(result, identity, standing), "exam_id": exam, **_done()}
    _SETTLE.run(object=claim.object, attempts=claim.attempts, **told)


_TOLD = (
    *("state", "reason_code", "reason", "hint", "kind", "sop_class_uid", "sop_instance_uid", "study_uid", "series_uid"),
    *("standing", "record", "dose_digest", "identity_id"),
)
_DONE = ("processed_at", "reader_version", "claimed_by", "claimed_until")
_SETTLE = Update(lambda: held(Slot("object"), Slot("attempts")), (*_TOLD, "exam_id", *_DONE))


def settle_again(key: int, result: ReadResult, identity: Identity, standing: str, exam: int) -> None:
    """Give a settled object what it says when it is read again; when it was processed stays."""
    told = _told(result, identity, standing)
    DoseObjectRow.objects.filter(pk=key).update(**told, exam_id=exam, reader_version=READER_VERSION)


def _told(result: ReadResult, identity: Identity, standing: str) -> dict[str, object]:
    dose = result.dose
    return {
        **_mark(dose),
        "kind": dose.kind,
        "sop_class_uid": dose.sop_class_uid,
        "sop_instance_uid": dose.sop_instance_uid,
        "study_uid": dose.study.study_uid,
        "series_uid": dose.series_uid or "",
        "standing": standing,
        "record": pack(dose),
        "dose_digest": dose_digest(dose),
        "identity_id": identity.pk,
    }


def _mark(dose: DoseObject) -> dict[str, object]:
    """State and reason: what is missing, and what the object says against itself."""
    against = contradictions(dose)
    code = "partly-read" if dose.missing else "total-disagrees" if against else ""
    hints = (_MISSING if dose.missing else "", _BOTH_SHOWN if against else "")
    return {
        "state": _State.PARTLY_READ if dose.missing else _State.READ,
        "reason_code": code,
        "reason": " ".join((*dose.missing, *against))[:500],
        "hint": " ".join(filter(None, hints)),
    }


def settle_slice(claim: Claim, result: ReadResult, identity: Identity, exam: int) -> None:
    """End an object as `read`, as a further image of a series of which another image is held: counted, and not stored."""
    dose = result.dose
    held_by(claim).update(
        state=_State.READ,
        kind=dose.kind,
        sop_class_uid=dose.sop_class_uid,
        sop_instance_uid=dose.sop_instance_uid,
        study_uid=dose.study.study_uid,
        series_uid=dose.series_uid or "",
        standing=_Standing.SLICE,
        identity_id=identity.pk,
        exam_id=exam,
        **_done(),
    )


@dataclass(frozen=True, slots=True)
class SeriesImage:
    """The image that is held of a series: of all that came the first by number, so that any order of arrival gives the same."""

    key: int
    sha256: str
    exam: int
    dose: DoseObject

    def stands_for(self, dose: DoseObject) -> bool:
        """Whether this image tells what the given one of its series tells, and comes before it."""
        return _number_in_series(self.dose) <= _number_in_series(dose)


def image_of_series(dose: DoseObject, exam: int | None) -> SeriesImage | None:
    """The image that the exam holds of the object's series, None for the first."""
    if exam is None or not dose.is_slice or not dose.series_uid:
        return None
    held = _held_of_series(exam, dose.series_uid, dose.kind)
    return next((one for one in held if one.dose.sop_instance_uid != dose.sop_instance_uid), None)


def one_of_each_series(exam: int) -> list[str]:
    """Leave of each series the image that comes first by number. Returns the names of the bytes that are not needed for the
    record any more."""
    rows = DoseObjectRow.objects.filter(exam_id=exam, kind__in=SLICE_KINDS).exclude(record=None).exclude(series_uid="")
    left: list[str] = []
    for series, kind in rows.exclude(standing__in=_UNHELD).values_list("series_uid", "kind").distinct():
        first, *others = _held_of_series(exam, series, kind)
        for one in others:
            if one.dose.sop_instance_uid != first.dose.sop_instance_uid:
                become_slice(one.key)
                left.append(one.sha256)
    return left


def _held_of_series(exam: int, series_uid: str, kind: str) -> list[SeriesImage]:
    """The images that an exam holds of a series, the first by number first."""
    own = DoseObjectRow.objects.filter(exam_id=exam, series_uid=series_uid, kind=kind).exclude(record=None)
    held = own.exclude(standing__in=_UNHELD).order_by("pk")
    found = (SeriesImage(row.pk, row.sha256, exam, dose_of(row)) for row in held)
    return sorted(found, key=lambda one: _number_in_series(one.dose))


def may_be_further_slice(dose: DoseObject) -> bool:
    """Whether an image of the object's series is held already, so that this one will most likely be counted alone."""
    if not dose.is_slice or not dose.series_uid:
        return False
    return _OF_SERIES.first(series=dose.series_uid, study=dose.study.study_uid, kind=dose.kind) is not None


_OF_SERIES = Rows(
    lambda: (
        DoseObjectRow.objects.filter(series_uid=Slot("series"), study_uid=Slot("study"), kind=Slot("kind"))
        .exclude(standing__in=_UNHELD)
        .exclude(record=None)
        .values_list("pk")[:1]
    )
)


def counted_alone() -> list[str]:
    """The names of bytes that are not kept of the objects that were processed last."""
    rows = DoseObjectRow.objects.filter(state=_State.READ, standing=_Standing.SLICE, record=None)
    return list(rows.order_by("-processed_at").values_list("sha256", flat=True)[:_LAST])


def become_slice(key: int) -> None:
    """Make the image that was held of a series a further one."""
    DoseObjectRow.objects.filter(pk=key).update(standing=_Standing.SLICE, record=None, dose_digest="")


def _number_in_series(dose: DoseObject) -> tuple[int, str]:
    number = dose.image.instance_number if dose.image else None
    return (0 if number is None else number), dose.sop_instance_uid


def dose_digest(dose: DoseObject) -> str:
    """SHA-256 of what the object says about dose: two objects with the same one differ in identity or order data alone."""
    reported = (dose.ct_totals, dose.ct_events, dose.plane_totals, dose.projection_events)
    content = (*reported, dose.administrations, dose.mr_series)
    return hashlib.sha256(msgspec.msgpack.encode(content)).hexdigest()


@dataclass(frozen=True, slots=True)
class Beside:
    """What an object is beside earlier copies of its SOP Instance UID, and the exam of the copy that it repeats."""

    standing: str
    exam: int | None = None


def beside_copies(key: int, dose: DoseObject, identity: Identity) -> Beside:
    """Whether the object of that key is current, a resend, a demographic update or a revision."""
    named = {"sop": dose.sop_instance_uid, "study": dose.study.study_uid}
    copies = _COPIES.all(**named, key=key)
    digest = dose_digest(dose)
    same_dose = [(exam, of, record) for exam, of, its_digest, record in copies if its_digest == digest]
    for exam, of, record in same_dose:
        if of == identity.pk and unpack(bytes(record), DoseObject) == dose:
            return Beside(_Standing.RESEND, exam)
    if same_dose:
        return Beside(_Standing.DEMOGRAPHIC, same_dose[0][0])
    if not copies and (counted := _SLICES_OF_ANOTHER.first(**named, patient=identity.patient_id)):
        return Beside(_Standing.DEMOGRAPHIC, counted[0])
    return Beside(_Standing.REVISION if copies else _Standing.CURRENT)


def _same() -> QuerySet[DoseObjectRow]:
    return DoseObjectRow.objects.filter(sop_instance_uid=Slot("sop"), study_uid=Slot("study")).exclude(exam=None)


_COPIES = Rows(
    lambda: (
        _same()
        .exclude(standing=_Standing.SLICE)
        .exclude(pk=Slot("key"))
        .order_by("-pk")
        .values_list("exam_id", "identity_id", "dose_digest", "record")
    )
)
_SLICES_OF_ANOTHER = Rows(
    lambda: (
        _same()
        .filter(standing=_Standing.SLICE)
        .exclude(identity__patient=Slot("patient"))
        .order_by("pk")
        .values_list("exam_id")[:1]
    )
)


def sha256_of(scope: Scope, key: int) -> str:
    """The name of the bytes of an exam's object. Errors: `NotVisible`, also where the scope leaves the exam's site out."""
    seen = Q(exam__in=visible.exams(scope)) | Q(exam__part_of__in=visible.exams(scope))
    found = DoseObjectRow.objects.filter(seen, pk=key).values_list("sha256", flat=True).first()
    if found is None:
        raise NotVisible("There is no such object.")
    return found


def any_taken_in() -> bool:
    """Whether any object was ever taken in."""
    return DoseObjectRow.objects.exists()


def objects_of(exam: int) -> list[Held]:
    """The objects that make an exam: of several with one SOP Instance UID the newest by its content; at the same moment the
    complete before the partial and the one with more events, so that no order of arrival chooses a dose; of one dose the last
    to arrive."""
    found = [(key, digest, unpack(bytes(record), DoseObject)) for key, digest, record in _OF_EXAM.all(exam=exam)]
    ordered = sorted(found, key=lambda told: _newness(*told))
    newest = {dose.sop_instance_uid: Held(key, dose) for key, _, dose in ordered}
    return sorted(_first_of_each_series(newest.values()), key=lambda held: held.key)


def _first_of_each_series(held: Iterable[Held]) -> list[Held]:
    """Exams that count as one may each hold an image of one series."""
    ordered = sorted(held, key=lambda one: _number_in_series(one.dose))
    one_each: dict[object, Held] = {}
    for one in ordered:
        series = (one.dose.series_uid, one.dose.kind) if one.dose.is_slice and one.dose.series_uid else one.key
        one_each.setdefault(series, one)
    return list(one_each.values())


def _of_exam() -> QuerySet[DoseObjectRow]:
    """Objects of the exam and of those that count in it."""
    return DoseObjectRow.objects.filter(exam_id__in=exam_and_parts())


def exam_and_parts() -> QuerySet[Exam, Any]:
    """Keys of the exam of the slot `exam` and of those that count in it."""
    return Exam.objects.filter(Q(pk=Slot("exam")) | Q(part_of=Slot("exam"))).values("pk")


_OF_EXAM = Rows(
    lambda: _of_exam().exclude(standing__in=_UNHELD).order_by("pk").values_list("pk", "dose_digest", "record")
)


def _newness(key: int, digest: str, dose: DoseObject) -> tuple[str, bool, int, str, int]:
    events = len(dose.ct_events) + len(dose.projection_events) + len(dose.administrations)
    return dose.content_at or "", dose.completion != "PARTIAL", events, digest, key


def revised(exam: int) -> bool:
    """Whether an object of the exam came again with another dose."""
    return _REVISED.first(exam=exam) is not None


_REVISED = Rows(lambda: _of_exam().filter(standing=_Standing.REVISION).values_list("pk")[:1])


def dose_of(row: DoseObjectRow) -> DoseObject:
    """What the object was read to say."""
    assert row.record is not None
    return unpack(bytes(row.record), DoseObject)


def _done() -> dict[str, object]:
    return {
        "processed_at": timezone.now(),
        "reader_version": READER_VERSION,
        "claimed_by": "",
        "claimed_until": None,
    }
