"""Compliance reports of a department in every state: signed, to be signed, for information, mailed and not."""

from datetime import timedelta

from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.assess.level_settings import DEFAULT_SETTINGS
from doseloop.model.report_schedule import Rhythm
from doseloop.report import archive
from doseloop.report.compliance_report import ComplianceReport
from doseloop.store import level_explanations, report_mail, report_schedules, reports
from doseloop.store.audit import Actor
from doseloop.store.models import ReportMail, ReportSchedule
from doseloop.web.facts import the_facts
from tests.web.record import Department

KEANE = Actor(None, "m.keane")
BOARD = ["radiation.protection@stbrigids.example", "m.keane@stbrigids.example"]


def make_reports(made: Department) -> None:
    """Three reports of the last year, two schedules, and what became of their mails."""
    first = _made(made, for_signature=True)
    _say_why(archive.opened(SYSTEM, first))
    reports.sign(SYSTEM, first, "Dr Maeve Keane", "Medical physics expert", KEANE)
    report_mail.post(SYSTEM, first, BOARD, KEANE)
    for mail in ReportMail.objects.all():
        report_mail.note_sent(mail.pk, KEANE)
    second = _made(made, for_signature=False)
    report_mail.post(SYSTEM, second, BOARD[:1], KEANE)
    for _ in range(len(report_mail.PAUSES) + 1):
        report_mail.note_failed(ReportMail.objects.get(report=second).pk, "Connection error to mail.stbrigids.example.")
    _made(made, for_signature=True)
    for rhythm, to in ((Rhythm("quarter", 5, 12), BOARD), (Rhythm("month", 2, 1), [])):
        report_schedules.set_up(SYSTEM, made.site.pk, rhythm, to, KEANE, for_signature=True)
    newest = ReportSchedule.objects.order_by("-pk")[0].pk
    report_schedules.stop(SYSTEM, newest, KEANE)


def _made(made: Department, *, for_signature: bool) -> int:
    today = timezone.now().date()
    window = archive.window_of(today - timedelta(days=365), today)
    new = archive.new_report(the_facts(), SYSTEM, made.site.pk, window, DEFAULT_SETTINGS, for_signature=for_signature)
    return reports.archive(SYSTEM, new, KEANE).key


def _say_why(report: ComplianceReport) -> None:
    above = next(one for one in report.figures if one.state == "above")
    level_explanations.explain(
        SYSTEM, above.scanner, above.level_id, "Trauma list with arms down; protocol under review since February.",
        f"{above.procedure_name}, {above.scanner_name}", KEANE,
    )  # fmt: skip
