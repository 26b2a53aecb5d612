"""Objects as pages list them: those of an exam, and those that could not be used or only partly."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.store import visible
from doseloop.store.audit import Seen
from doseloop.store.models import DoseObjectRow

_SLICE = DoseObjectRow.Standing.SLICE
_TROUBLE = (DoseObjectRow.State.QUARANTINED, DoseObjectRow.State.PARTLY_READ)


@dataclass(frozen=True, slots=True)
class ObjectShown:
    """An object that was taken in, and what became of it (times UTC)."""

    id: int
    exam_id: int | None
    state: str
    standing: str
    kind: str
    reason_code: str
    reason: str
    hint: str
    way_in: str
    peer_ae: str
    peer_host: str
    received_at: datetime
    receipts: int
    size: int
    sop_instance_uid: str
    series_uid: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far processing is behind: objects that wait, and since when the oldest does."""

    waiting: int
    oldest_at: datetime | None


def exam_objects(scope: Scope, exam: int) -> tuple[ObjectShown, ...]:
    """The objects of the exam in the order of their arrival, without further images of a series (`further_slices`)."""
    rows = DoseObjectRow.objects.filter(exam__in=visible.rows_of_exam(scope, exam)).exclude(standing=_SLICE)
    return _shown(rows.order_by("received_at", "pk"))


def further_slices(scope: Scope, exam: int) -> dict[str, int]:
    """How many further images came of each series (UID) of the exam."""
    rows = DoseObjectRow.objects.filter(exam__in=visible.rows_of_exam(scope, exam), standing=_SLICE)
    return dict(rows.values_list("series_uid").annotate(Count("pk")))


def exam_object(scope: Scope, exam: int, object_id: int) -> ObjectShown:
    """One object of the exam.

    Errors: `NotVisible` where the exam has no such object, or the scope does not see the exam.
    """
    for shown in exam_objects(scope, exam):
        if shown.id == object_id:
            return shown
    raise NotVisible(f"Exam {exam} has no object {object_id}.")


def in_trouble(scope: Scope, within: timedelta, most: int = 20) -> tuple[ObjectShown, ...]:
    """Objects that were quarantined or only partly read, received within the time before now, the latest first.

    What no exam holds belongs to no site: it is shown where the scope covers every site, or every site that exams from
    that peer (AE title and host) are at.
    """
    rows = DoseObjectRow.objects.filter(state__in=_TROUBLE, received_at__gte=timezone.now() - within)
    return _shown(rows.filter(_seen_by(scope)).order_by("-received_at", "-pk")[:most])


def patients_of(scope: Scope, objects: Iterable[ObjectShown]) -> set[Seen]:
    """The patients whose exams the objects are of."""
    keys = {one.exam_id for one in objects if one.exam_id is not None}
    rows = visible.exams(scope).filter(pk__in=keys).values_list("patient_id", "site_id")
    return {Seen(patient, site) for patient, site in rows}


def backlog(scope: Scope) -> Backlog:
    """What waits for a worker, whose site nobody knows before it is read: a count, for whoever sees a site at all."""
    if not (scope.sites or scope.every_site):
        return Backlog(0, None)
    waiting = DoseObjectRow.objects.filter(state=DoseObjectRow.State.WAITING)
    return Backlog(waiting.count(), waiting.order_by("received_at").values_list("received_at", flat=True).first())


def arrived_since(scope: Scope, start: datetime) -> int:
    """How many objects of the scope's exams arrived since then (UTC)."""
    return DoseObjectRow.objects.filter(_seen_by(scope), received_at__gte=start).count()


def without_dose_since(scope: Scope, start: datetime) -> int:
    """How many objects arrived since then (UTC) that carry no dose, or none that this version reads."""
    seen = DoseObjectRow.objects.filter(_seen_by(scope), received_at__gte=start)
    return seen.filter(state=DoseObjectRow.State.NOT_DOSE).count()


def _seen_by(scope: Scope) -> Q:
    if visible.sees_all(scope):
        return Q()
    own = Q(exam__site_id__in=scope.sites)
    of_peer = DoseObjectRow.objects.filter(peer_ae=OuterRef("peer_ae"), peer_host=OuterRef("peer_host"))
    elsewhere = of_peer.exclude(exam=None).exclude(own)
    of_none = Q(exam=None) & ~Q(peer_ae="") & Exists(of_peer.filter(own)) & ~Exists(elsewhere)
    return own | of_none


def _shown(rows: "QuerySet[DoseObjectRow]") -> tuple[ObjectShown, ...]:
    names = ObjectShown.__slots__
    return tuple(ObjectShown(**dict(zip(names, values, strict=True))) for values in rows.values_list(*names))
