"""The outbox as pages and commands list it, and what failed tried anew."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import Notification, Subscription

_WAITING, _FAILED = Notification.State.WAITING, Notification.State.FAILED


@dataclass(frozen=True, slots=True)
class Sending:
    """One flag on its way to one subscription, as it stands (times UTC)."""

    subscription: str
    site: str
    flag: int
    rule: str
    how: str
    state: str
    next_at: datetime
    at: datetime | None
    attempts: int
    said: str


def send_again(scope: Scope, subscription: int, now: datetime, actor: Actor) -> int:
    """Let what failed of a subscription be tried anew. Returns how many flags. Errors: `NotVisible`."""
    with transaction.atomic():
        row = Subscription.objects.filter(site__in=visible.sites(scope), pk=subscription).first()
        if row is None:
            raise NotVisible(f"There is no subscription {subscription}.")
        again = {"state": _WAITING, "attempts": 0, "next_at": now}
        number = Notification.objects.filter(subscription=row, state=_FAILED).update(**again)
        about = f"subscription {subscription}"
        record_change(actor, "notification changed", about, site=row.site_id, after={"sent again": number})
    return number


def sendings(scope: Scope, *, most: int | None = None) -> tuple[Sending, ...]:
    """The outbox of the scope's sites: what waits first, then the latest."""
    rows = Notification.objects.filter(subscription__site__in=visible.sites(scope))
    rows = rows.select_related("flag", "subscription__site")
    waiting = rows.filter(state=_WAITING).order_by("next_at", "pk")[:most]
    ended = rows.exclude(state=_WAITING).order_by("-next_at", "-pk")[:most]
    return tuple(_sending(row) for row in (*waiting, *ended))[:most]


def counts(scope: Scope) -> dict[int, dict[str, int]]:
    """How many rows of each subscription stand how."""
    found: dict[int, dict[str, int]] = {}
    rows = Notification.objects.filter(subscription__site__in=visible.sites(scope))
    for subscription, state, number in rows.values_list("subscription", "state").annotate(Count("pk")).order_by():
        found.setdefault(subscription, {})[state] = number
    return found


def last_failure(subscription: int) -> str:
    """Why the last attempt of a subscription failed; empty where what went last went well."""
    row = Notification.objects.filter(subscription=subscription).exclude(at=None).order_by("-at", "-pk").first()
    return row.said if row else ""


def _sending(row: Notification) -> Sending:
    of, flag = row.subscription, row.flag
    return Sending(
        of.name, of.site.name, flag.pk, flag.rule, row.how, row.state, row.next_at, row.at, row.attempts, row.said
    )


def late(since: datetime) -> int:
    """How many rows were due before a moment, and nobody has them; those of paused subscriptions left out."""
    rows = Notification.objects.filter(state=_WAITING, next_at__lt=since, subscription__paused_at=None)
    return rows.exclude(claimed_until__gt=since).count()
