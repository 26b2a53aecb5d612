"""DICOM peers that were turned away, for the page that asks whether to admit them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.store import visible
from doseloop.store.models import RefusedPeer


@dataclass(frozen=True, slots=True)
class Refusal:
    """How often one peer was refused for one reason, and when last (UTC)."""

    ae: str
    host: str
    reason: str
    count: int
    last_at: datetime


def note_refusal(ae: str, host: str, reason: str) -> None:
    """Count a refusal; one row for each peer and reason."""
    now = timezone.now()
    with transaction.atomic():
        row, made = RefusedPeer.objects.get_or_create(
            ae=ae, host=host, reason=reason, defaults={"first_at": now, "last_at": now}
        )
        if not made:
            RefusedPeer.objects.filter(pk=row.pk).update(count=F("count") + 1, last_at=now)


def refusals(scope: Scope, within: timedelta) -> tuple[Refusal, ...]:
    """Peers refused within the time before now, the latest first.

    A peer that was turned away belongs to no site: nothing where the scope leaves one out.
    """
    if not visible.sees_all(scope):
        return ()
    rows = RefusedPeer.objects.filter(last_at__gte=timezone.now() - within).order_by("-last_at")
    return tuple(Refusal(row.ae, row.host, row.reason, row.count, row.last_at) for row in rows)
