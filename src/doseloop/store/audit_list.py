"""The audit as pages and commands list it: the latest first, within a scope, by who, patient, action and day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.model.audit import ACTIONS, AuditRecord
from doseloop.model.errors import UnusableInput
from doseloop.store import visible
from doseloop.store.models import AuditRow

_LONGEST_KEY = 18


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is looked for; None asks nothing."""

    who: str | None = None
    """A part of the actor's name."""
    patient: int | None = None
    action: str | None = None
    since: date | None = None
    until: date | None = None
    """The first day that is no longer shown."""

    @classmethod
    def from_address(cls, given: Mapping[str, str]) -> "AuditFilter":
        """The filter of an address. Errors: `UnusableInput`, naming the part that cannot be used."""
        action = given.get("action") or None
        if action is not None and action not in ACTIONS:
            raise UnusableInput(f"action: {action[:40]!r} is none of {', '.join(sorted(ACTIONS))}.")
        return cls(
            who=given.get("who", "").strip() or None,
            patient=_key(given.get("patient", "")),
            action=action,
            since=_day("since", given.get("since", "")),
            until=_day("until", given.get("until", "")),
        )

    def asked(self) -> dict[str, str]:
        """The parts that ask something, as an address has them."""
        parts = {name: getattr(self, name) for name in self.__slots__}
        return {name: str(value) for name, value in parts.items() if value is not None}

    def to_address(self) -> str:
        """The query of an address."""
        return urlencode(self.asked())


def count(scope: Scope, wanted: AuditFilter, zone: ZoneInfo) -> int:
    """How many rows fit."""
    return _rows(scope, wanted, zone).count()


def page(scope: Scope, wanted: AuditFilter, zone: ZoneInfo, start: int, most: int) -> tuple[AuditRecord, ...]:
    """Some of the rows that fit, the latest first. Days are those of the zone."""
    return tuple(_record(row) for row in _rows(scope, wanted, zone).order_by("-pk")[start : start + most])


def every(scope: Scope, wanted: AuditFilter, zone: ZoneInfo) -> Iterator[AuditRecord]:
    """All rows that fit, the latest first; never whole in memory."""
    return (_record(row) for row in _rows(scope, wanted, zone).order_by("-pk").iterator(2000))


def latest(action: str) -> AuditRecord | None:
    """The last row of an action, None where there is none."""
    row = AuditRow.objects.filter(action=action).order_by("-pk").first()
    return _record(row) if row else None


def _rows(scope: Scope, wanted: AuditFilter, zone: ZoneInfo) -> "QuerySet[AuditRow]":
    rows = AuditRow.objects.filter(_seen_by(scope))
    if wanted.who is not None:
        rows = rows.filter(actor__icontains=wanted.who)
    if wanted.patient is not None:
        rows = rows.filter(patient_key=wanted.patient)
    if wanted.action is not None:
        rows = rows.filter(action=wanted.action)
    if wanted.since is not None:
        rows = rows.filter(at__gte=_midnight(wanted.since, zone))
    if wanted.until is not None:
        rows = rows.filter(at__lt=_midnight(wanted.until, zone))
    return rows


def _seen_by(scope: Scope) -> Q:
    """Rows of the scope's sites; those of no site (sign-ins, starts) where no site is left out."""
    if visible.sees_all(scope):
        return Q()
    return Q(site_id__in=scope.sites)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise UnusableInput(f"{name}: {text[:40]!r} is no date; write 2026-11-24.") from None
    if not timedelta(days=366) < found - date.min < date.max - date.min - timedelta(days=366):
        raise UnusableInput(f"{name}: {text[:40]!r} is no date of ours.")
    return found


def _key(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_KEY):
        raise UnusableInput(f"patient: {text[:40]!r} is no key of a patient; keys are numbers.")
    return int(text)


def _record(row: AuditRow) -> AuditRecord:
    return AuditRecord(
        id=row.pk,
        at=row.at,
        account=row.account_id,
        actor=row.actor,
        address=row.address,
        action=row.action,
        subject=row.subject,
        patient_key=row.patient_key,
        identified=row.identified,
        site=row.site_id,
        before=_dict(row.before),
        after=_dict(row.after),
    )


def _dict(held: Any) -> Mapping[str, Any]:
    return held if isinstance(held, dict) else {}
