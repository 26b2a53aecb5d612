"""Flags that people judged: how often a rule was right, and which exams its flags were about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.assess.replayed import monday_of
from doseloop.assess.share import Share
from doseloop.store import visible
from doseloop.store.models import Flag
from doseloop.store.replay_history import PastExam

DAYS: Final = 365
WEEKS: Final = 12
MOST: Final = 200
"""Judged flags of a rule at which a suggestion looks, the latest."""
_JUDGED: Final = (Flag.State.CASE, Flag.State.SET_ASIDE)


@dataclass(frozen=True, slots=True)
class JudgedFlag:
    """A flag about an exam, and what a person said about it."""

    key: str
    exam: PastExam
    is_true: bool
    verdict: str
    """The reason with which it was set aside; empty where a case follows it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a rule in force has cost a site."""

    weeks: tuple[int, ...]
    """Flags that were raised in each of the last weeks, this one last."""
    judged: Share
    """Those that people found true, of those that they judged in the last year: the measured precision."""

    @property
    def a_week(self) -> float:
        """Mean of the weeks before this one, which is not over."""
        whole = self.weeks[:-1]
        return sum(whole) / len(whole)


def costs(scope: Scope, site: int, now: datetime | None = None) -> Mapping[str, Cost]:
    """What each rule has cost a site, by rule; none for one that has raised nothing. Errors: `NotVisible`."""
    visible.check_site(scope, site)
    moment = now or timezone.now()
    this_week = monday_of(moment.date())
    mondays = [this_week - timedelta(weeks=back) for back in range(WEEKS)][::-1]
    rows = visible.flags(scope).filter(site=site)
    by_week = _raised(rows, mondays[0], moment)
    judged = rows.filter(judged_at__gt=moment - timedelta(days=DAYS), state__in=_JUDGED).order_by()
    said: dict[str, dict[str, int]] = {}
    for rule, state, number in judged.values_list("rule", "state").annotate(Count("pk")):
        said.setdefault(rule, {})[state] = number
    return {rule: _cost(by_week.get(rule, {}), said.get(rule, {}), mondays) for rule in {*by_week, *said}}


def of_rule(scope: Scope, site: int, rule: str) -> list[JudgedFlag]:
    """The newest judged flags of a rule at a site that are about exams, the latest first."""
    rows = (
        visible.flags(scope).filter(site=site, rule=rule, state__in=_JUDGED).exclude(exam=None).select_related("exam")
    )
    return [_judged(row) for row in rows.order_by("-judged_at", "-pk")[:MOST] if row.exam is not None]


def _raised(rows: "QuerySet[Flag]", since: date, until: datetime) -> dict[str, dict[date, int]]:
    found: dict[str, dict[date, int]] = {}
    raised = rows.filter(raised_at__date__gte=since, raised_at__lte=until).order_by()
    for rule, day, number in raised.values_list("rule", "raised_at__date").annotate(Count("pk")):
        weeks = found.setdefault(rule, {})
        weeks[monday_of(day)] = weeks.get(monday_of(day), 0) + number
    return found


def _cost(by_week: Mapping[date, int], said: Mapping[str, int], mondays: list[date]) -> Cost:
    true, aside = (said.get(str(state), 0) for state in _JUDGED)
    return Cost(tuple(by_week.get(monday, 0) for monday in mondays), Share(true, true + aside))


def _judged(row: Flag) -> JudgedFlag:
    assert row.exam is not None
    try:
        day = date.fromisoformat(row.exam.started_at[:10])
    except ValueError:
        day = row.raised_at.date()
    exam = PastExam(row.exam.pk, row.exam.scanner_id, day)
    return JudgedFlag(row.key, exam, row.state == Flag.State.CASE, row.verdict if row.state != Flag.State.CASE else "")
