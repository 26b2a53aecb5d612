"""Rules that somebody tries over a site's history: asked for by a page or a command, worked off by the worker, and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.assess.registry import RULES
from doseloop.assess.replayed import Budget
from doseloop.assess.rule_settings import Value, made_of
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import budget_rows, visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.flags import SetAsideReason
from doseloop.store.models import RuleReplay
from doseloop.store.rule_changes import checked
from doseloop.store.rule_trying import may_be_tried

KEPT: Final = 5
"""Tries of one rule at one site that are kept, the latest."""
_State = RuleReplay.State
UNDER_WAY: Final = (_State.WAITING, _State.RUNNING)


@dataclass(frozen=True, slots=True)
class Tried:
    """A try (times UTC)."""

    key: int
    site: int
    rule: str
    values: Mapping[str, Value]
    """What was set otherwise than by default; sought by the worker where `reason` is given, and then known once it is done."""
    reason: str
    state: str
    """`waiting`, `running`, `done` or `failed`."""
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    exams: int
    looked_at: int
    said: str
    """Why it failed, or what came of the search."""
    budget: Budget | None
    """What it came to, once it is done and there were exams."""

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.state in UNDER_WAY


def ask(scope: Scope, site: int, rule: str, values: Mapping[str, Any], actor: Actor, reason: str = "") -> int:
    """Have a rule tried at a site. Returns the try's key; one that is under way for the same is that.

    Errors: `NotVisible`; `UnusableInput` where there is no such rule or it cannot be tried, a value is out of its bounds, the
    reason is not of the list, or another try of the rule is under way.
    """
    one = may_be_tried(scope, site, rule)
    if reason and (reason not in {str(known) for known in SetAsideReason} or not one.schema):
        raise UnusableInput("Choose a reason from the list, of a rule that has settings.")
    wanted = checked(one, values)
    with transaction.atomic():
        under_way = RuleReplay.objects.filter(site=site, rule=rule, state__in=UNDER_WAY).first()
        if under_way is not None and (under_way.values, under_way.reason) == (wanted, reason):
            return under_way.pk
        if under_way is not None:
            raise UnusableInput("This rule is being tried already. Wait until that is done, or stop it.")
        row = RuleReplay.objects.create(
            site_id=site, rule=rule, values=wanted, reason=reason, asked_by=actor.name, asked_at=timezone.now()
        )
        old = (
            RuleReplay.objects.filter(site=site, rule=rule)
            .order_by("-asked_at", "-pk")
            .values_list("pk", flat=True)[KEPT:]
        )
        RuleReplay.objects.filter(pk__in=list(old)).delete()
        told = {"values": wanted} | ({"reason": reason} if reason else {})
        record_change(actor, "rule tried", f"rule setting {rule}", site=site, after=told)
    return row.pk


def stop(scope: Scope, key: int) -> tuple[int, str]:
    """End a try that is under way, and forget it. Returns its site and rule. Errors: `NotVisible`, also where it has ended."""
    with transaction.atomic():
        row = _rows(scope).select_for_update().filter(pk=key, state__in=UNDER_WAY).first()
        if row is None:
            raise NotVisible("There is no such try, or it has ended.")
        site, rule = row.site_id, row.rule
        row.delete()
    return site, rule


def tries(scope: Scope, site: int, rule: str) -> tuple[Tried, ...]:
    """The tries of a rule at a site, the latest first."""
    rows = _rows(scope).filter(site=site, rule=rule).order_by("-asked_at", "-pk")
    return tuple(_tried(row) for row in rows if row.rule in RULES)


def tried(scope: Scope, key: int) -> Tried:
    """One try. Errors: `NotVisible`."""
    row = _rows(scope).filter(pk=key).first()
    if row is None or row.rule not in RULES:
        raise NotVisible("There is no such try.")
    return _tried(row)


def waiting() -> list[int]:
    """Tries that nobody has begun, the earliest first; for the worker."""
    return list(RuleReplay.objects.filter(state=_State.WAITING).order_by("pk").values_list("pk", flat=True))


def take(key: int) -> bool:
    """Whether the try is the caller's to make: of several who ask, one alone. Within the transaction that sees to it."""
    return bool(RuleReplay.objects.filter(pk=key, state=_State.WAITING).update(state=_State.RUNNING))


def note_progress(key: int, looked_at: int, exams: int) -> bool:
    """Note how far it is. False where somebody stopped it."""
    mine = RuleReplay.objects.filter(pk=key, state=_State.RUNNING)
    return bool(mine.update(looked_at=looked_at, exams=exams))


def note_done(key: int, budget: Budget | None, values: Mapping[str, Value], said: str = "") -> None:
    """Note what it came to."""
    content = None if budget is None else budget_rows.plain(budget)
    _end(key, _State.DONE, result=content, values=dict(values), said=said)


def note_failed(key: int, why: str) -> None:
    """Note why it came to nothing."""
    _end(key, _State.FAILED, said=why)


def forget_lost(now: datetime, lost: timedelta = timedelta(hours=6)) -> None:
    """Note tries that nobody can still be making as failed."""
    rows = RuleReplay.objects.filter(state=_State.RUNNING, asked_at__lt=now - lost)
    rows.update(state=_State.FAILED, ended_at=now, said="It did not come to an end. Try it again.")


def _end(key: int, state: RuleReplay.State, **fields: Any) -> None:
    RuleReplay.objects.filter(pk=key, state=_State.RUNNING).update(state=state, ended_at=timezone.now(), **fields)


def _rows(scope: Scope) -> "QuerySet[RuleReplay]":
    """Those at the scope's sites; those about people only where it and the site show people."""
    rows = RuleReplay.objects.filter(site__in=visible.sites(scope))
    hidden = Q(site__operators_shown=False) if scope.operators else Q()
    return rows.exclude(hidden, rule__in=visible.ABOUT_PEOPLE)


def _tried(row: RuleReplay) -> Tried:
    return Tried(
        key=row.pk, site=row.site_id, rule=row.rule, values=_taken(row), reason=row.reason, state=row.state,
        asked_by=row.asked_by, asked_at=row.asked_at, ended_at=row.ended_at, exams=row.exams, looked_at=row.looked_at,
        said=row.said, budget=None if row.result is None else budget_rows.read(row.result),
    )  # fmt: skip


def _taken(row: RuleReplay) -> dict[str, Value]:
    """Its values, none where this version of the rule does not take them."""
    kind = RULES[row.rule].settings
    try:
        return dict(row.values) if kind and made_of(kind, row.values) else {}
    except UnusableInput:
        return {}
