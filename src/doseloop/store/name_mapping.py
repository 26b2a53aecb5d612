"""Names on scanners that a site maps to procedures: what is not mapped yet, what a mapping would move, and every change of it.

A mapping moves exams that were there before: the worker looks for them, marks them, and makes each anew under the lock on its
study, so that a mapping itself is short however many exams there are. A change is a batch that can be undone; undoing is a
batch too, so that nothing is ever lost from the history.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.reference.names import normalised
from doseloop.reference.procedures import family
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import Exam, NameChange, Part, Procedure, ProcedureName, Site

_WITHOUT_PROCEDURES = ("MR",)
"""Modalities without dose: their exams belong to no procedure."""
_MARKED_AT_ONCE = 500
"""Exams in one transaction: far under the 50 ms that one may take."""
_FIELDS = ("description", "protocol_name", "requested_procedure")
"""Names of a study, the one that a person maps first."""


@dataclass(frozen=True, slots=True)
class UnmappedName:
    """A name of exams that have no procedure."""

    site: int
    site_name: str
    modality: str
    written: str
    """As it stands in the newest of the exams."""
    exams: int
    scanners: int
    newest: str
    """Start of the newest exam, ISO; empty where none is recorded."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A name that is to mean a procedure; None takes its mapping away."""

    site: int
    modality: str
    written: str
    procedure: str | None

    @property
    def name(self) -> str:
        """What is compared."""
        return normalised(self.written)


@dataclass(frozen=True, slots=True)
class Move:
    """What a wish would change."""

    wish: Wish
    site_name: str
    procedure_name: str
    """Empty where the mapping is taken away."""
    exams: int
    by_procedure: Mapping[str, int]
    """How many of these exams have which procedure now; the empty name is none."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Names that were mapped together."""

    key: str
    at: datetime
    actor: str
    undoes: bool
    undone: bool
    changes: tuple[tuple[str, str, str], ...]
    """Name as written, procedure before and after; empty for none."""


def unmapped(scope: Scope, since: str = "") -> tuple[UnmappedName, ...]:
    """Names of parts without a procedure, the most frequent first; of exams that started at `since` (ISO) or later and are not
    being moved just now."""
    rows = Part.objects.filter(exam__in=visible.exams(scope), procedure=None, started_at__gte=since)
    rows = rows.exclude(modality__in=_WITHOUT_PROCEDURES).exclude(exam__renamed=True)
    moving = set(_pending(scope).exclude(after=None).values_list("site_id", "modality", "name"))
    named = rows.values_list("site_id", "site__name", "modality", *(f"exam__{field}" for field in _FIELDS))
    counted = named.annotate(
        exams=Count("exam", distinct=True), scanners=Count("exam__scanner", distinct=True), newest=Max("started_at")
    )
    found: dict[tuple[int, str, str], UnmappedName] = {}
    for site, site_name, modality, *names, exams, scanners, newest in counted.order_by(
        "newest", *(f"exam__{field}" for field in _FIELDS)
    ):
        written = next((name for name in names if normalised(name)), "")
        key = (site, modality, normalised(written))
        if not written or key in moving:
            continue
        known = found.get(key)
        found[key] = UnmappedName(
            site, site_name, modality, written, exams + (known.exams if known else 0),
            max(scanners, known.scanners if known else 0), max(newest or "", known.newest if known else ""),
        )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: (-one.exams, one.written)))


def preview(scope: Scope, wishes: Iterable[Wish]) -> tuple[Move, ...]:
    """What each wish would move. Errors: `NotVisible`, `UnusableInput`."""
    checked = tuple(_checked(scope, wishes))
    sites = dict(Site.objects.values_list("pk", "name"))
    procedures = dict(Procedure.objects.values_list("key", "name"))
    counted: dict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
    for site, modality, *names, procedure, exams in _named_parts(checked).annotate(Count("exam", distinct=True)):
        for name in {normalised(one) for one in names}:
            counted[site, modality, name][procedure or ""] += exams
    found = ((wish, counted[wish.site, wish.modality, wish.name]) for wish in checked)
    return tuple(
        Move(wish, sites[wish.site], procedures.get(wish.procedure or "", ""), exams.total(), dict(exams))
        for wish, exams in found
    )


def _named_parts(wishes: Sequence[Wish]) -> "QuerySet[Part, Any]":
    """Site, modality, the study's names and procedure of the parts at the wishes' sites and in their modalities."""
    rows = Part.objects.filter(site__in={one.site for one in wishes}, modality__in={one.modality for one in wishes})
    return rows.values_list("site_id", "modality", *(f"exam__{field}" for field in _FIELDS), "procedure__name")


def map_names(scope: Scope, wishes: Iterable[Wish], actor: Actor, *, undoes: bool = False) -> str:
    """Make names mean procedures; the worker moves their exams (`mark_moved`). Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where a procedure is of another modality or there is none.
    """
    batch = uuid.uuid4().hex
    with transaction.atomic():
        for wish in _checked(scope, wishes):
            _write(wish, batch, actor, undoes=undoes)
    return batch


def undo(scope: Scope, batch: str, actor: Actor) -> str:
    """Give the names of a batch back what they meant before it.

    Errors: `NotVisible`; `UnusableInput` where a name was changed again since: that is taken back first.
    """
    with transaction.atomic():
        rows = NameChange.objects.select_for_update().filter(batch=batch, undone=False, site__in=visible.sites(scope))
        changes = list(rows.order_by("-pk"))
        if not changes:
            raise NotVisible("There is no such change, or it was undone already.")
        for one in changes:
            _check_is_newest(one)
        rows.update(undone=True)
        wishes = [Wish(one.site_id, one.modality, one.written, one.before_id) for one in changes]
        return map_names(scope, wishes, actor, undoes=True)


def history(scope: Scope, most: int = 20) -> tuple[Batch, ...]:
    """The newest batches, the latest first."""
    rows = NameChange.objects.filter(site__in=visible.sites(scope)).select_related("before", "after")
    newest = rows.values("batch").annotate(last=Max("pk")).order_by("-last").values_list("batch", flat=True)[:most]
    grouped: dict[str, list[NameChange]] = defaultdict(list)
    for row in rows.filter(batch__in=list(newest)).order_by("-pk"):
        grouped[row.batch].append(row)
    return tuple(_batch(key, changes) for key, changes in grouped.items())


def mark_moved(most: int = 5) -> int:
    """Mark the exams that changes move, which nobody has marked yet; of some changes at a time. Returns of how many.

    What takes long is read before anything is written, and the marks go in short transactions. A crash in between marks the
    same exams again.
    """
    changes = list(NameChange.objects.filter(followed=False).order_by("pk")[:most])
    for change in changes:
        keys = list(_named(change).values_list("pk", flat=True))
        for start in range(0, len(keys), _MARKED_AT_ONCE):
            Exam.objects.filter(pk__in=keys[start : start + _MARKED_AT_ONCE]).update(renamed=True)
        NameChange.objects.filter(pk=change.pk).update(followed=True)
    return len(changes)


def pending_count(scope: Scope) -> int:
    """Of how many names the exams are still to be looked for."""
    return _pending(scope).values("site", "modality", "name").distinct().count()


def renamed(most: int) -> list[int]:
    """Exams that a mapping has moved and that are not made anew yet."""
    return list(Exam.objects.filter(renamed=True).order_by("pk").values_list("pk", flat=True)[:most])


def renamed_count(scope: Scope) -> int:
    """How many of them there are."""
    return visible.exams(scope).filter(renamed=True).count()


def is_renamed(exam: int) -> bool:
    """Whether the exam is still to be made anew; if so it is not any more when the transaction ends."""
    return bool(Exam.objects.filter(pk=exam, renamed=True).update(renamed=False))


def _checked(scope: Scope, wishes: Iterable[Wish]) -> Iterator[Wish]:
    sites = set(visible.sites(scope).values_list("pk", flat=True))
    modalities = dict(Procedure.objects.values_list("key", "modality"))
    for wish in wishes:
        if wish.site not in sites:
            raise NotVisible("There is no such site.")
        if not wish.name:
            raise UnusableInput(f"The name {wish.written!r} has no word to compare.")
        if wish.procedure is not None and wish.procedure not in modalities:
            raise UnusableInput(f"There is no procedure {wish.procedure!r}.")
        if wish.procedure is not None and family(modalities[wish.procedure]) != family(wish.modality):
            raise UnusableInput(f"{wish.procedure} is no procedure of {wish.modality}, as {wish.written!r} is.")
        yield wish


def _write(wish: Wish, batch: str, actor: Actor, *, undoes: bool) -> None:
    held = ProcedureName.objects.select_for_update().filter(site_id=wish.site, modality=wish.modality, name=wish.name)
    before = held.values_list("procedure_id", flat=True).first()
    if wish.procedure is None:
        held.delete()
    else:
        ProcedureName.objects.update_or_create(
            site_id=wish.site, modality=wish.modality, name=wish.name, defaults={"procedure_id": wish.procedure}
        )
    NameChange.objects.create(
        batch=batch, site_id=wish.site, modality=wish.modality, name=wish.name, written=wish.written,
        before_id=before, after_id=wish.procedure, actor=actor.name, at=timezone.now(), undoes=undoes,
    )  # fmt: skip
    record_change(
        actor, "name mapped", f"name of {wish.modality}", site=wish.site,
        before={"name": wish.written, "procedure": before}, after={"procedure": wish.procedure},
    )  # fmt: skip


def _pending(scope: Scope) -> QuerySet[NameChange]:
    return NameChange.objects.filter(site__in=visible.sites(scope), followed=False, undone=False)


def _named(change: NameChange) -> QuerySet[Exam]:
    """The exams of the site and modality of which any name is the change's."""
    own = Exam.objects.filter(site=change.site_id, parts__modality=change.modality)
    any_of = Q(pk__in=[])
    for row in own.values_list(*_FIELDS).distinct():
        if change.name in {normalised(name) for name in row}:
            any_of |= Q(**dict(zip(_FIELDS, row, strict=True)))
    return own.filter(any_of).distinct()


def _check_is_newest(change: NameChange) -> None:
    later = NameChange.objects.filter(site=change.site_id, modality=change.modality, name=change.name, pk__gt=change.pk)
    if later.filter(undone=False, undoes=False).exclude(batch=change.batch).exists():
        raise UnusableInput(f"“{change.written}” was mapped again since. Take that back first.")


def _batch(key: str, changes: Sequence[NameChange]) -> Batch:
    newest = changes[0]
    told = tuple(
        (one.written, one.before.name if one.before else "", one.after.name if one.after else "") for one in changes
    )
    return Batch(key, newest.at, newest.actor, newest.undoes, all(one.undone for one in changes), told)
