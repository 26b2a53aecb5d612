"""Which reports go to whom by mail, and how far that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.store import mail_addresses, visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import ArchivedReport, ReportMail

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
"""Before each further attempt. After the last a person has to ask for more."""
_LOST: Final = timedelta(hours=1)
"""After which an attempt of which nothing was heard counts as none: who made it died."""
_WAITING, _SENT, _FAILED = ReportMail.State.WAITING, ReportMail.State.SENT, ReportMail.State.FAILED


@dataclass(frozen=True, slots=True)
class Mail:
    """A report on its way (time UTC)."""

    key: int
    report: int
    recipient: str
    state: str
    """`waiting`, `sent` or `failed`."""
    attempts: int
    at: datetime
    next_at: datetime | None
    said: str


def post(scope: Scope, report: int, recipients: Sequence[str], actor: Actor) -> None:
    """Have a report go to these addresses, each by a mail of its own; the worker sends them within moments.

    Errors: `NotVisible`; `UnusableInput` where there is no address, or one is none.
    """
    site = _reports(scope).filter(pk=report).values_list("site", flat=True).first()
    if site is None:
        raise NotVisible(f"There is no report {report}.")
    addresses, now = mail_addresses.checked(recipients, least=1), timezone.now()
    with transaction.atomic():
        ReportMail.objects.bulk_create(
            ReportMail(report_id=report, recipient=one, at=now, next_at=now) for one in addresses
        )
        record_change(actor, "report mail asked for", f"report {report}", site=site, after={"recipients": addresses})


def ask_again(scope: Scope, key: int, actor: Actor) -> int:
    """Let a mail that failed be tried anew. Returns the key of its report. Errors: `NotVisible`, also where it did not fail."""
    rows = ReportMail.objects.filter(pk=key, state=_FAILED, report__in=_reports(scope))
    with transaction.atomic():
        row = rows.select_for_update().first()
        if row is None:
            raise NotVisible("There is no such mail, or it did not fail.")
        now = timezone.now()
        ReportMail.objects.filter(pk=key).update(state=_WAITING, attempts=0, at=now, next_at=now)
        told = {"recipient": row.recipient}
        record_change(actor, "report mail asked for", f"report {row.report_id}", site=_site(row), after=told)
    return row.report_id


def mails(scope: Scope, reports: Sequence[int]) -> dict[int, tuple[Mail, ...]]:
    """What became of each report that was sent, the latest first."""
    found: dict[int, tuple[Mail, ...]] = {}
    for row in ReportMail.objects.filter(report__in=_reports(scope).filter(pk__in=list(reports))).order_by("-pk"):
        found[row.report_id] = (*found.get(row.report_id, ()), _mail(row))
    return found


def due(now: datetime) -> list[int]:
    """Mails that are to be tried at a moment (UTC), by key."""
    return list(_due(now).order_by("pk").values_list("pk", flat=True))


def take(key: int, now: datetime) -> bool:
    """Whether the mail is the caller's to try: of several who ask, one alone. Within the transaction that sees to it."""
    return bool(_due(now).filter(pk=key).update(next_at=None, at=now))


def mail(key: int) -> Mail:
    """One of them, for the worker. Errors: `NotVisible`."""
    row = ReportMail.objects.filter(pk=key).first()
    if row is None:
        raise NotVisible(f"There is no mail {key}.")
    return _mail(row)


def note_sent(key: int, actor: Actor) -> None:
    """Note that the mail server took it."""
    with transaction.atomic():
        row = ReportMail.objects.select_for_update().get(pk=key)
        row.state, row.attempts, row.at, row.next_at, row.said = _SENT, row.attempts + 1, timezone.now(), None, ""
        row.save()
        told = {"recipient": row.recipient}
        record_change(actor, "report mailed", f"report {row.report_id}", site=_site(row), after=told)


def note_failed(key: int, why: str) -> None:
    """Note an attempt that failed; the mail waits for the next one, or has failed where it was the last."""
    with transaction.atomic():
        row = ReportMail.objects.select_for_update().get(pk=key)
        row.attempts, row.at, row.said = row.attempts + 1, timezone.now(), why
        pause = PAUSES[row.attempts - 1] if row.attempts <= len(PAUSES) else None
        row.state, row.next_at = (_FAILED, None) if pause is None else (_WAITING, row.at + pause)
        row.save()


def _due(now: datetime) -> "QuerySet[ReportMail]":
    when = Q(next_at__lte=now) | Q(next_at=None, at__lt=now - _LOST)
    return ReportMail.objects.filter(when, state=_WAITING)


def _reports(scope: Scope) -> "QuerySet[ArchivedReport]":
    return ArchivedReport.objects.filter(site__in=visible.sites(scope))


def _site(row: ReportMail) -> int:
    return ArchivedReport.objects.values_list("site_id", flat=True).get(pk=row.report_id)


def _mail(row: ReportMail) -> Mail:
    return Mail(row.pk, row.report_id, row.recipient, row.state, row.attempts, row.at, row.next_at, row.said)
