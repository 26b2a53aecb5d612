"""Actions of cases: what was changed where and when, what is expected of it, and that it was undone."""

import math
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.action import Action
from doseloop.model.case import ActionKind, CaseState, StepKind
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.quantities import QUANTITIES
from doseloop.model.site_clock import clock
from doseloop.store import visible
from doseloop.store.audit import WORKER, Actor
from doseloop.store.case_changes import to_state
from doseloop.store.case_steps import locked, step, written
from doseloop.store.models import Case, CaseAction, Procedure

_LONGEST_NAME = 120
MOST_PERCENT = 1000.0


@dataclass(frozen=True, slots=True)
class NewAction:
    """What a person says was changed. Times are wall clocks of the site, naive."""

    kind: str
    text: str
    scanners: tuple[int, ...]
    procedure: str | None
    protocol: str
    quantity: str
    at: datetime
    by: str
    expected_percent: float
    """Negative for a fall."""


@transaction.atomic
def record_action(scope: Scope, case: int, new: NewAction, actor: Actor) -> int:
    """Record what was changed: key of the action. The case waits for its effect from then on.

    Errors: `UnusableInput` where something is missing, not of its list, of another site, or lies in the future; `NotVisible`.
    """
    row = locked(scope, case)
    _check(new, row)
    scanners = _scanners(scope, row, new.scanners)
    made = CaseAction.objects.create(
        case=row, kind=new.kind, text=written(new.text, "what was changed"), procedure_id=new.procedure,
        protocol=written(new.protocol, "the protocol", _LONGEST_NAME, needed=False), quantity=new.quantity,
        at=new.at.isoformat(timespec="minutes"), by=written(new.by, "who changed it", _LONGEST_NAME),
        expected_percent=new.expected_percent, recorded_at=timezone.now(), recorded_by=actor.name,
    )  # fmt: skip
    made.scanners.set(scanners)
    _forget_effect(row)
    to_state(row, CaseState.WAITING, StepKind.ACTION, f"{made.kind}: {made.text}", actor)
    return made.pk


@transaction.atomic
def undo_action(scope: Scope, case: int, action: int, at: datetime, why: str, actor: Actor) -> None:
    """Say that a change was undone; the case opens again by itself.

    Errors: `UnusableInput` where it was undone already, or the time lies before the change or in the future; `NotVisible`.
    """
    row = locked(scope, case, closed=None)
    held = CaseAction.objects.select_for_update(of=("self",)).filter(case=row, pk=action).first()
    if held is None:
        raise NotVisible(f"There is no action {action} of that case.")
    if held.undone_at:
        raise UnusableInput("This action is undone already.")
    if at.isoformat(timespec="minutes") < held.at:
        raise UnusableInput("It cannot be undone before it was done.")
    _not_in_future(at, row)
    _undo(row, held, at, written(why, "why it was undone"), actor)


@transaction.atomic
def undo_seen(action: Action, at: datetime, why: str) -> None:
    """Note that exams show an action undone, as `undo_action` does for a person; nothing where it is known by then."""
    row = Case.objects.select_for_update().get(pk=action.case)
    held = CaseAction.objects.select_for_update(of=("self",)).get(pk=action.key)
    if not held.undone_at:
        _undo(row, held, at, why, WORKER)


def _undo(row: Case, held: CaseAction, at: datetime, said: str, actor: Actor) -> None:
    held.undone_at, held.undone_why, held.undone_by = at.isoformat(timespec="minutes"), said, actor.name
    held.save(update_fields=["undone_at", "undone_why", "undone_by"])
    told = {"action": held.pk, "undone_at": held.undone_at, "why": said}
    step(row, StepKind.UNDONE, f"{held.kind}: {held.text}\n{said}", actor, before={"undone_at": ""}, after=told)
    _forget_effect(row)
    if row.state != CaseState.REOPENED:
        to_state(row, CaseState.REOPENED, StepKind.REOPENED, "By itself: what was changed was undone.", actor)


def _forget_effect(row: Case) -> None:
    """Other actions stand from now on: their effect is still to be told. The looks stay."""
    row.effect = ""
    row.save(update_fields=["effect"])


def actions_of(scope: Scope, case: int) -> tuple[Action, ...]:
    """The actions of a case, the oldest first; none where the scope does not see it."""
    return of_cases(visible.cases(scope).filter(pk=case))


def actions(scope: Scope) -> tuple[Action, ...]:
    """Every action of the scope's cases, the oldest first: what effects are looked for of."""
    return of_cases(visible.cases(scope))


def of_cases(cases: "QuerySet[Case]") -> tuple[Action, ...]:
    """The actions of these cases, the oldest first."""
    rows = CaseAction.objects.filter(case__in=cases).select_related("case__site")
    rows = rows.prefetch_related("scanners", "case__flags").order_by("at", "pk")
    return tuple(map(_action, rows))


def _action(row: CaseAction) -> Action:
    exams = {flag.exam_id for flag in row.case.flags.all() if flag.exam_id is not None}
    return Action(
        key=row.pk, case=row.case_id, site=row.case.site_id, zone=row.case.site.zone, kind=row.kind, text=row.text,
        scanners=tuple(sorted({one.root_id or one.pk for one in row.scanners.all()})), procedure=row.procedure_id,
        protocol=row.protocol, quantity=row.quantity, at=datetime.fromisoformat(row.at), by=row.by,
        expected_percent=row.expected_percent, left_out=tuple(sorted(exams)),
        undone_at=datetime.fromisoformat(row.undone_at) if row.undone_at else None, undone_why=row.undone_why,
    )  # fmt: skip


def _check(new: NewAction, row: Case) -> None:
    if new.kind not in set(ActionKind) or new.quantity not in QUANTITIES:
        raise UnusableInput("Choose what was changed, and the quantity, from their lists.")
    if new.procedure is not None and not Procedure.objects.filter(key=new.procedure).exists():
        raise UnusableInput("Choose the procedure from the list.")
    expected = new.expected_percent
    if not math.isfinite(expected) or not expected or not -100 < expected <= MOST_PERCENT:
        raise UnusableInput("Say the expected change: above 0 %, a fall below 100 %, a rise of at most 1,000 %.")
    _not_in_future(new.at, row)


def _scanners(scope: Scope, row: Case, keys: tuple[int, ...]) -> list[int]:
    known = set(visible.scanners(scope).filter(site_id=row.site_id, pk__in=keys).values_list("pk", flat=True))
    if not known or known != set(keys):
        raise UnusableInput("Choose the scanners of this site on which it was changed.")
    return sorted(known)


def _not_in_future(at: datetime, row: Case) -> None:
    if at > clock(row.site.zone, timezone.now()):
        raise UnusableInput("That time lies in the future, by the clock of the site.")
