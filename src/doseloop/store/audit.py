"""The audit: who saw which patient, and who changed what. Rows are added and never changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from doseloop.store.models import AuditRow


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account, or a role of the house where `account` is None."""

    account: int | None
    name: str
    address: str = ""


WORKER = Actor(account=None, name="worker")
COMMAND = Actor(account=None, name="command line")


def record_change(
    actor: Actor,
    action: str,
    subject: str,
    *,
    patient_key: int | None = None,
    site: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Note a change in the transaction that makes it."""
    AuditRow.objects.create(
        **_who(actor),
        action=action,
        subject=subject,
        patient_key=patient_key,
        site_id=site,
        before=dict(before or {}),
        after=dict(after or {}),
    )


def record_sight(actor: Actor, action: str, subject: str, patients: Iterable[int]) -> None:
    """Note that a page or a file showed these patients (keys), one row each."""
    who = _who(actor)
    AuditRow.objects.bulk_create(
        AuditRow(**who, action=action, subject=subject, patient_key=key) for key in sorted(set(patients))
    )


def _who(actor: Actor) -> dict[str, Any]:
    return {"at": timezone.now(), "account_id": actor.account, "actor": actor.name, "address": actor.address}
