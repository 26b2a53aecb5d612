"""Decisions of people about the record: what a name means, which scanners are one, which values are repaired.

Each kind of decision is a file of its own that says how one is put into force and which exams it moves. Here is what all share:
those made together are one batch, which stands in the history with who and when, and which can be taken back; taking back is a
batch too, so that nothing is ever lost. Exams that were there before follow: the worker looks for them, marks them, and makes
each anew under the lock on its study, so that a decision itself is short however many exams it moves.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import Decision, Exam

_MARKED_AT_ONCE = 500
"""Exams in one transaction: far under the 50 ms that one may take."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to hold about a subject; an empty `after` takes away what holds."""

    site: int
    subject: str
    written: str
    after: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of decision."""

    name: str
    action: str
    """What the audit calls it: one of `model.audit.ACTIONS`."""
    put: Callable[[Wanted], str]
    """Put it into force, within the caller's transaction. Returns what held before; raises `UnusableInput`."""
    moves: Callable[[Decision], "QuerySet[Exam]"]
    """The exams that have to be made anew since then."""
    called: "Callable[[Decision], str]" = lambda one: one.written
    """What people call the subject, where the log may not hold it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One subject of a batch."""

    written: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What was decided together (time UTC)."""

    key: str
    at: datetime
    actor: str
    undoes: bool
    undone: bool
    changes: tuple[Change, ...]


def decide(scope: Scope, kind: Kind, wanted: Iterable[Wanted], actor: Actor, *, undoes: bool = False) -> str:
    """Put decisions into force, all or none; the worker moves their exams. Returns the key of the batch.

    Errors: `NotVisible` where a site is outside the scope; `UnusableInput` where the kind refuses one.
    """
    batch = uuid.uuid4().hex
    sites = set(visible.sites(scope).values_list("pk", flat=True))
    with transaction.atomic():
        for one in wanted:
            if one.site not in sites:
                raise NotVisible("There is no such site.")
            _note(kind, one, kind.put(one), batch, actor, undoes=undoes)
    return batch


def undo(scope: Scope, kind: Kind, batch: str, actor: Actor) -> str:
    """Let what held before a batch hold again.

    Errors: `NotVisible`; `UnusableInput` where one of its subjects was decided about again since: that is taken back first.
    """
    with transaction.atomic():
        rows = Decision.objects.select_for_update().filter(
            batch=batch, kind=kind.name, undone=False, undoes=False, site__in=visible.sites(scope)
        )
        found = list(rows.order_by("-pk"))
        if not found:
            raise NotVisible("There is no such change, or it was undone already.")
        for one in found:
            _check_is_newest(kind, one)
        rows.update(undone=True)
        wanted = [Wanted(one.site_id, one.subject, one.written, one.before) for one in found]
        return decide(scope, kind, wanted, actor, undoes=True)


def history(scope: Scope, kind: Kind, most: int = 20, about: Q | None = None) -> tuple[Batch, ...]:
    """The newest batches of a kind, the latest first; of some subjects alone where `about` says of which."""
    rows = Decision.objects.filter(about or Q(), kind=kind.name, site__in=visible.sites(scope))
    newest = rows.values("batch").annotate(last=Max("pk")).order_by("-last").values_list("batch", flat=True)[:most]
    grouped: dict[str, list[Decision]] = defaultdict(list)
    for row in rows.filter(batch__in=list(newest)).order_by("-pk"):
        grouped[row.batch].append(row)
    return tuple(_batch(key, changes) for key, changes in grouped.items())


def pending(scope: Scope, kind: Kind) -> "QuerySet[Decision]":
    """Decisions of which the exams are still to be looked for."""
    return Decision.objects.filter(kind=kind.name, site__in=visible.sites(scope), followed=False)


def mark_outdated(kinds: Iterable[Kind], most: int = 5) -> int:
    """Mark the exams that decisions move and that nobody has marked yet; of some decisions at a time. Returns of how many.

    What takes long is read before anything is written, and the marks go in short transactions. A crash in between marks the
    same exams again.
    """
    by_name = {kind.name: kind for kind in kinds}
    waiting = list(Decision.objects.filter(followed=False, kind__in=by_name).order_by("pk")[:most])
    for one in waiting:
        keys = list(by_name[one.kind].moves(one).values_list("pk", flat=True))
        for start in range(0, len(keys), _MARKED_AT_ONCE):
            Exam.objects.filter(pk__in=keys[start : start + _MARKED_AT_ONCE]).update(outdated=True)
        Decision.objects.filter(pk=one.pk).update(followed=True)
    return len(waiting)


def outdated(after: int, most: int) -> list[int]:
    """Exams that are to be made anew, by key: those above `after`, else from the first on, so that one which cannot be made
    keeps none from its turn."""
    rows = Exam.objects.filter(outdated=True).order_by("pk").values_list("pk", flat=True)
    return list(rows.filter(pk__gt=after)[:most]) or list(rows[:most])


def outdated_count(scope: Scope) -> int:
    """How many of them there are."""
    return visible.exams(scope).filter(outdated=True).count()


def is_outdated(exam: int) -> bool:
    """Whether the exam is still to be made anew; if so it is not any more when the transaction ends."""
    return bool(Exam.objects.filter(pk=exam, outdated=True).update(outdated=False))


def _note(kind: Kind, wanted: Wanted, before: str, batch: str, actor: Actor, *, undoes: bool) -> None:
    Decision.objects.create(
        batch=batch, kind=kind.name, site_id=wanted.site, subject=wanted.subject, written=wanted.written,
        before=before, after=wanted.after, actor=actor.name, at=timezone.now(), undoes=undoes,
    )  # fmt: skip
    record_change(
        actor, kind.action, f"{kind.name} {wanted.subject}", site=wanted.site,
        before={"written": wanted.written, "holds": before}, after={"holds": wanted.after},
    )  # fmt: skip


def _check_is_newest(kind: Kind, one: Decision) -> None:
    later = Decision.objects.filter(kind=one.kind, site=one.site_id, subject=one.subject, pk__gt=one.pk)
    if later.filter(undone=False, undoes=False).exclude(batch=one.batch).exists():
        raise UnusableInput(f"“{kind.called(one)}” was decided about again since. Take that back first.")


def _batch(key: str, rows: Sequence[Decision]) -> Batch:
    newest = rows[0]
    changes = tuple(Change(one.written, one.before, one.after) for one in rows)
    return Batch(key, newest.at, newest.actor, newest.undoes, all(one.undone for one in rows), changes)
