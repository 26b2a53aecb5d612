"""Looks at the effects of actions: which actions are looked at, and every look that told something new."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from doseloop.access.scope import SYSTEM, Scope
from doseloop.assess.effect import VERSION, Effect
from doseloop.model.action import Action
from doseloop.model.case import CaseState
from doseloop.model.effect_look import EffectLook
from doseloop.store import case_actions, visible
from doseloop.store.effect_following import follow
from doseloop.store.effect_span import is_followed
from doseloop.store.models import Case, EffectLookRow, Exam

CLOSED_FOR: Final = timedelta(days=90)
"""How long a closed case goes on being looked at."""


def watched() -> tuple[Action, ...]:
    """Actions of cases that are not closed, or were not closed long ago; the oldest first."""
    is_late = Q(state=CaseState.CLOSED, closed_at__lt=timezone.now() - CLOSED_FOR)
    return case_actions.of_cases(visible.cases(SYSTEM).exclude(is_late))


def scanners_with_changes(after: int) -> set[int]:
    """Scanners with exams that changed since that number."""
    return set(Exam.objects.filter(changed__gt=after).order_by().values_list("scanner", flat=True).distinct())


@transaction.atomic
def keep(action: Action, scanner: int, found: Effect) -> bool:
    """Keep a look where it tells other than the last one, and let the case follow. Returns whether it was kept."""
    case = Case.objects.select_for_update().get(pk=action.case)  # two workers would keep one look twice
    told = {
        "verdict": found.verdict, "expected": found.expected, "before": found.before, "after": found.after,
        "change": found.change, "low": found.low, "high": found.high, "more_exams": found.more_exams,
        "controls": [int(one) for one in found.controls], "slope": found.slope, "not_seen": list(found.not_seen),
        "version": VERSION,
    }  # fmt: skip
    last = EffectLookRow.objects.filter(action=action.key, scanner=scanner).order_by("-pk").first()
    is_new = last is None or any(getattr(last, name) != value for name, value in told.items())
    if is_new:
        EffectLookRow.objects.create(action_id=action.key, scanner_id=scanner, at=timezone.now(), **told)
    follow(case, latest(SYSTEM, [case.pk]).get(case.pk, ()))
    return is_new


def looks_of(scope: Scope, case: int) -> tuple[EffectLook, ...]:
    """Every look at a case's actions, the latest first; none where the scope does not see it."""
    rows = EffectLookRow.objects.filter(action__case__in=visible.cases(scope).filter(pk=case))
    return tuple(_look(row) for row in rows.select_related("action").order_by("-pk"))


def latest(scope: Scope, cases: Iterable[int]) -> dict[int, tuple[EffectLook, ...]]:
    """By case the last look at each of its actions that stands and was not followed by another, one for each scanner."""
    standing = case_actions.of_cases(visible.cases(scope).filter(pk__in=list(cases)))
    of_case: dict[int, list[Action]] = defaultdict(list)
    for one in standing:
        of_case[one.case].append(one)
    counting = [one.key for actions in of_case.values() for one in _counting(actions)]
    last = EffectLookRow.objects.filter(action__in=counting).values("action", "scanner").annotate(last=Max("pk"))
    rows = EffectLookRow.objects.filter(pk__in=[row["last"] for row in last]).select_related("action").order_by("pk")
    found: dict[int, list[EffectLook]] = defaultdict(list)
    for row in rows:
        found[row.action.case_id].append(_look(row))
    return {case: tuple(looks) for case, looks in found.items()}


def _counting(actions: Sequence[Action]) -> list[Action]:
    return [one for one in actions if one.undone_at is None and not is_followed(one, actions)]


def _look(row: EffectLookRow) -> EffectLook:
    given: dict[str, Any] = {
        name: getattr(row, name)
        for name in (
            "at",
            "verdict",
            "expected",
            "before",
            "after",
            "change",
            "low",
            "high",
            "more_exams",
            "slope",
            "version",
        )
    }
    return EffectLook(
        action=row.action_id, case=row.action.case_id, scanner=row.scanner_id, controls=tuple(row.controls),
        not_seen=tuple(row.not_seen), **given,
    )  # fmt: skip
