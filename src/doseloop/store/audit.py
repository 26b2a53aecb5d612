"""The audit: who saw which patient, and who changed what. Rows are added and never changed; `audit_chain` seals them.

Whoever adds a page, file or command that shows a row about a patient calls `record_sight`; whoever changes something, or
does something to the whole installation (a backup, a start), calls `record_change`. `docs/audit.md` says what a sight is.
"""

import os
import pwd
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from doseloop.store.models import AuditRow

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account, or a role of the house where `account` is None. `address` says where from."""

    account: int | None
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """A patient (key) of whom a row at this site (key) was shown."""

    patient: int
    site: int


def _system_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


WORKER = Actor(account=None, name="worker")
COMMAND = Actor(account=None, name="command line", address=f"system user {_system_user()}")
SERVER = Actor(account=None, name="serve", address=f"system user {_system_user()}")


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
    """Note a change in the transaction that makes it, or something that was done (`action` is one of `model.audit.ACTIONS`).

    `before` and `after` are JSON; they never hold name, number or birth date of a patient.
    """
    AuditRow.objects.create(
        **_who(actor),
        action=action,
        subject=subject,
        patient_key=patient_key,
        site_id=site,
        before=dict(before or {}),
        after=dict(after or {}),
    )


def record_sight(
    actor: Actor,
    action: str,
    subject: str,
    seen: Iterable[Seen],
    *,
    identified: bool,
    once_within: timedelta | None = None,
) -> None:
    """Note that a page or a file showed rows about these patients, one audit row for each patient and site.

    `identified` says whether their identity could stand in it. What fetches itself again and again passes `once_within`: what
    the same person was shown there that shortly before is not noted again.
    """
    who, shown = _who(actor), set(seen)
    if once_within is not None:
        shown -= _noted(who, action, subject, {one.patient for one in shown}, who["at"] - once_within)
    rows = [
        AuditRow(
            **who, action=action, subject=subject, patient_key=one.patient, site_id=one.site, identified=identified
        )
        for one in sorted(shown)
    ]
    AuditRow.objects.bulk_create(rows, batch_size=_BATCH)


def _noted(who: Mapping[str, Any], action: str, subject: str, patients: set[int], since: datetime) -> set[Seen]:
    same = {name: who[name] for name in ("account_id", "actor", "address")}
    rows = AuditRow.objects.filter(**same, patient_key__in=patients, at__gte=since, action=action, subject=subject)
    pairs = rows.values_list("patient_key", "site_id")
    return {Seen(patient, site) for patient, site in pairs if patient is not None and site is not None}


def _who(actor: Actor) -> dict[str, Any]:
    return {"at": timezone.now(), "account_id": actor.account, "actor": actor.name, "address": actor.address}
