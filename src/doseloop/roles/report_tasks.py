"""Reports that are made by their schedule and go out by mail: the tasks, and what has them begun."""

from datetime import date
from functools import cache
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from doseloop.access.scope import SYSTEM
from doseloop.facts.engine import Facts
from doseloop.facts.paths import FactsPaths
from doseloop.loop.report_mail import Enclosed, send
from doseloop.model.errors import DoseloopError
from doseloop.report import archive, report_files
from doseloop.report.compliance_report import ComplianceReport
from doseloop.roles.settings import Settings
from doseloop.store import report_mail, report_schedules, reports
from doseloop.store.audit import WORKER
from doseloop.store.models import ArchivedReport
from doseloop.store.outage import is_outage
from doseloop.store.reports import Archived

MAILED: Final = ("pdf", "xlsx")
_log = structlog.get_logger()


def enqueue_due() -> None:
    """Have every report made that its schedule asks for, and every mail tried whose time has come."""
    now = timezone.now()
    for one in report_schedules.due(now):
        with transaction.atomic():
            if report_schedules.take(one):
                make_scheduled.enqueue(one.schedule.key, one.day.isoformat())
    for key in report_mail.due(now):
        with transaction.atomic():
            if report_mail.take(key, now):
                mail_report.enqueue(key)


@task()
def make_scheduled(schedule: int, day: str) -> None:
    """Make the report that was due on a day, and post it to the schedule's recipients."""
    due = date.fromisoformat(day)
    try:
        _make(schedule, due)
    except Exception as error:
        _log.exception("a scheduled report could not be made", schedule=schedule)
        if is_outage(error):
            raise
        report_schedules.give_back(schedule, due, _said(error))


@task()
def mail_report(mail: int) -> None:
    """Try to send a mail; one that does not go is tried again later."""
    waiting = report_mail.mail(mail)
    try:
        why = _sent(waiting)
    except Exception as error:
        _log.exception("a mail could not be made", mail=mail)
        if is_outage(error):
            raise
        why = _said(error)
    if why is None:
        report_mail.note_sent(mail, WORKER)
    else:
        report_mail.note_failed(mail, why)


def _make(schedule: int, due: date) -> None:
    if ArchivedReport.objects.filter(schedule=schedule, due=due).exists():
        return
    wanted = report_schedules.schedule_of(SYSTEM, schedule)
    window = archive.window_of(*wanted.rhythm.days(due))
    made = archive.new_report(
        _facts(),
        SYSTEM,
        wanted.site,
        window,
        settings.DOSELOOP.level_settings,
        for_signature=wanted.for_signature,
        schedule=schedule,
        due=due,
    )
    with transaction.atomic():
        kept = reports.archive(SYSTEM, made, WORKER)
        if wanted.recipients:
            report_mail.post(SYSTEM, kept.key, wanted.recipients, WORKER)
        report_schedules.note_made(schedule)


def _sent(mail: report_mail.Mail) -> str | None:
    """None where the server took it, else why it did not."""
    options: Settings = settings.DOSELOOP
    kept = reports.archived(SYSTEM, mail.report)
    report = archive.opened(SYSTEM, mail.report)
    files = [
        Enclosed(
            report_files.name_of(kept, form), report_files.MEDIA_TYPES[form], report_files.made(report, kept.head, form)
        )
        for form in MAILED
    ]
    subject = f"{kept.title}: {kept.first_day} to {kept.last_day}"
    return send(options.notify_mail.get_secret_value(), mail.recipient, subject, _text(report, kept), files)


def _text(report: ComplianceReport, kept: Archived) -> str:
    counts = "\n".join(f"{number} {state}" for state, number in report.counts.items())
    signed = f"Signed by {kept.head.signature.name}." if kept.head.signature else "Not signed."
    return (
        f"{kept.title}\n{kept.first_day} to {kept.last_day}\n\nComparisons of medians with reference levels:\n{counts}\n\n"
        f"{signed} Report {kept.key} of the archive at /reports/{kept.key}/. Digest of figures: {kept.figures_sha256}\n\n"
        "The report is enclosed. It has figures of groups and no patient's data."
    )


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, DoseloopError) else f"It failed ({type(error).__name__}); the log has where."


@cache
def _facts() -> Facts:
    return Facts(FactsPaths.in_data(settings.FOLDER.root, settings.RECORD))
