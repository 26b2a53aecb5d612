"""Reasons with which flags are set aside again and again: they suggest that a rule be changed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.store import visible
from doseloop.store.models import Flag

DAYS: Final = 90
OFTEN: Final = 5
"""From how many flags of one rule, reason and scanner on it is told."""


@dataclass(frozen=True, slots=True)
class Returning:
    """A reason that came back at a scanner."""

    rule: str
    reason: str
    scanner_id: int | None
    scanner_name: str
    site_name: str
    times: int
    judged: int
    """How many flags of the rule people judged there in the same time, with whatever reason or as a case."""


def returning_reasons(scope: Scope, most: int = 5) -> tuple[Returning, ...]:
    """Reasons with which a rule's flags were set aside `OFTEN` or more at one scanner in the last 90 days, most frequent first."""
    since = timezone.now() - timedelta(days=DAYS)
    rows = visible.flags(scope).filter(judged_at__gte=since).order_by()
    judged_rows = rows.filter(state__in=(Flag.State.SET_ASIDE, Flag.State.CASE)).values_list("rule", "scanner_id")
    judged = {(rule, scanner): number for rule, scanner, number in judged_rows.annotate(Count("pk"))}
    columns = ("rule", "verdict", "scanner_id", "scanner__name", "site__name")
    aside = rows.filter(state=Flag.State.SET_ASIDE).values_list(*columns).annotate(Count("pk"))
    found = [
        Returning(rule, reason, scanner, name or "", site, times, judged[rule, scanner])
        for rule, reason, scanner, name, site, times in aside
        if times >= OFTEN
    ]
    return tuple(sorted(found, key=lambda one: (-one.times, one.rule, one.scanner_name, one.reason))[:most])
