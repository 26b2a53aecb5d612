"""Schedules of reports: set up, stopped, and which of them are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.model.report_schedule import Rhythm
from doseloop.store import mail_addresses, visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import ReportSchedule

LONGEST_PAUSE: Final = timedelta(hours=12)
"""Between attempts at a report that cannot be made."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as it stands."""

    key: int
    site: int
    site_name: str
    rhythm: Rhythm
    for_signature: bool
    recipients: tuple[str, ...]
    made_by: str
    made_at: datetime
    last_due: date
    next_due: date | None
    """None where it is stopped."""
    said: str
    """Why the report that is due could not be made yet; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Due:
    """A report that is to be made by its schedule."""

    schedule: Schedule
    day: date


def set_up(
    scope: Scope, site: int, rhythm: Rhythm, recipients: Sequence[str], actor: Actor, *, for_signature: bool
) -> int:
    """Set up a schedule; the first report is made on its next day. Returns its key.

    Errors: `NotVisible`; `UnusableInput` where a mail address is none.
    """
    row = visible.sites(scope).filter(pk=site).first()
    if row is None:
        raise NotVisible("There is no such site.")
    addresses = mail_addresses.checked(recipients)
    with transaction.atomic():
        made = ReportSchedule.objects.create(
            site=row, every=rhythm.every, day=rhythm.day, months=rhythm.months, for_signature=for_signature,
            recipients=addresses, made_at=timezone.now(), made_by=actor.name, last_due=rhythm.last_due(_today(row.zone)),
        )  # fmt: skip
        record_change(actor, "report scheduled", f"report schedule {made.pk}", site=site, after=_told(made))
    return made.pk


def stop(scope: Scope, schedule: int, actor: Actor) -> None:
    """Make no more reports by it; those that were made stay. Errors: `NotVisible`."""
    with transaction.atomic():
        row = _locked(scope, schedule)
        if row.stopped_at is None:
            ReportSchedule.objects.filter(pk=schedule).update(stopped_at=timezone.now())
            about = f"report schedule {schedule}"
            record_change(actor, "report schedule stopped", about, site=row.site_id, before=_told(row))


def start_again(scope: Scope, schedule: int, actor: Actor) -> None:
    """Make reports by it again, from its next day on. Errors: `NotVisible`."""
    with transaction.atomic():
        row = _locked(scope, schedule)
        if row.stopped_at is not None:
            due = _rhythm(row).last_due(_today(row.site.zone))
            again = {"stopped_at": None, "last_due": due, "failures": 0, "failed_at": None, "said": ""}
            ReportSchedule.objects.filter(pk=schedule).update(**again)
            record_change(actor, "report scheduled", f"report schedule {schedule}", site=row.site_id, after=_told(row))


def schedules(scope: Scope) -> tuple[Schedule, ...]:
    """Every schedule of the scope, by site and age; stopped ones last."""
    found = [_schedule(row) for row in _rows(scope).select_related("site").order_by("site__name", "pk")]
    return tuple(sorted(found, key=lambda one: one.next_due is None))


def schedule_of(scope: Scope, schedule: int) -> Schedule:
    """One of them. Errors: `NotVisible`."""
    row = _rows(scope).select_related("site").filter(pk=schedule).first()
    if row is None:
        raise NotVisible("There is no such schedule.")
    return _schedule(row)


def due(now: datetime) -> tuple[Due, ...]:
    """What is due at a moment (UTC) by the sites' days. Of several days that were missed it is the last."""
    found = []
    for row in ReportSchedule.objects.filter(stopped_at=None).select_related("site").order_by("pk"):
        day = _rhythm(row).last_due(now.astimezone(ZoneInfo(row.site.zone)).date())
        if day > row.last_due and not _pauses(row, now):
            found.append(Due(_schedule(row), day))
    return tuple(found)


def take(one: Due) -> bool:
    """Whether the report is the caller's to make: of several who ask, one alone. Within the transaction that sees to it."""
    mine = ReportSchedule.objects.filter(pk=one.schedule.key, stopped_at=None, last_due__lt=one.day)
    return bool(mine.update(last_due=one.day))


def note_made(schedule: int) -> None:
    """Note that the report that was due is made."""
    ReportSchedule.objects.filter(pk=schedule).update(failures=0, failed_at=None, said="")


def give_back(schedule: int, day: date, why: str) -> None:
    """Note that the report of that day could not be made: it is due again after a pause."""
    with transaction.atomic():
        row = ReportSchedule.objects.select_for_update().get(pk=schedule)
        row.failures, row.failed_at, row.said = row.failures + 1, timezone.now(), why
        if row.last_due == day:
            row.last_due = _rhythm(row).last_due(day - timedelta(days=1))
        row.save()


def _locked(scope: Scope, schedule: int) -> ReportSchedule:
    row = _rows(scope).select_for_update().filter(pk=schedule).first()
    if row is None:
        raise NotVisible("There is no such schedule.")
    return row


def _pauses(row: ReportSchedule, now: datetime) -> bool:
    pause = min(timedelta(minutes=2 ** min(row.failures, 10)), LONGEST_PAUSE)
    return row.failed_at is not None and now < row.failed_at + pause


def _today(zone: str) -> date:
    return timezone.now().astimezone(ZoneInfo(zone)).date()


def _rhythm(row: ReportSchedule) -> Rhythm:
    return Rhythm(row.every, row.day, row.months)  # type: ignore[arg-type]


def _told(row: ReportSchedule) -> dict[str, object]:
    return {
        "every": row.every, "day": row.day, "months": row.months, "for_signature": row.for_signature,
        "recipients": row.recipients,
    }  # fmt: skip


def _rows(scope: Scope) -> "QuerySet[ReportSchedule]":
    rows = ReportSchedule.objects.all()
    return rows if scope.every_site else rows.filter(site__in=scope.sites)


def _schedule(row: ReportSchedule) -> Schedule:
    rhythm = _rhythm(row)
    return Schedule(
        key=row.pk, site=row.site_id, site_name=row.site.name, rhythm=rhythm, for_signature=row.for_signature,
        recipients=tuple(row.recipients), made_by=row.made_by, made_at=row.made_at, last_due=row.last_due,
        next_due=None if row.stopped_at else rhythm.next_due(row.last_due), said=row.said,
    )  # fmt: skip
