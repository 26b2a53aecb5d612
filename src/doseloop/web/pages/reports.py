"""The archive of compliance reports: every one that was made, making one, and the schedules by which they are made."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.report import archive
from doseloop.store import report_mail, report_schedules, reports
from doseloop.store.report_schedules import Schedule
from doseloop.store.reports import Archived
from doseloop.store.site_list import sites
from doseloop.web import compliance_reports as shown
from doseloop.web.actor import actor_of
from doseloop.web.clock import today_here
from doseloop.web.facts import the_facts
from doseloop.web.rights import may, needs


@needs(Right.SEE)
@require_safe
def reports_page(request: HttpRequest) -> HttpResponse:
    """The page."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    found = reports.archived_reports(scope)
    mails = report_mail.mails(scope, [one.key for one in found])
    first, last = shown.usual_days(today_here())
    context: dict[str, Any] = {
        "reports": [_listed(one, mails.get(one.key, ())) for one in found],
        "schedules": [_scheduled(request, one) for one in report_schedules.schedules(scope)],
        "sites": [one for one in sites(scope) if may(request, Right.REPORT, one.id)],
        "first": first.isoformat(),
        "last": last.isoformat(),
        "rhythms": shown.RHYTHMS,
        "lengths": shown.LENGTHS.items(),
        "mails_set": bool(settings.DOSELOOP.notify_mail.get_secret_value()),
    }
    return render(request, "doseloop/reports.html", context)


@needs(Right.REPORT)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make a report from today's data, and lead to it."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    given = request.POST.dict()
    window = archive.window_of(shown.day_in(given, "first", "From"), shown.day_in(given, "last", "To"))
    new = archive.new_report(
        the_facts(),
        scope,
        shown.number_in(given, "site", "Site"),
        window,
        settings.DOSELOOP.level_settings,
        for_signature="for_signature" in given,
    )
    return redirect("report", reports.archive(scope, new, actor_of(request)).key)


@needs(Right.REPORT)
@require_POST
def schedule(request: HttpRequest) -> HttpResponse:
    """Set up a schedule."""
    given = request.POST.dict()
    report_schedules.set_up(
        request.access, shown.number_in(given, "site", "Site"), shown.rhythm_in(given), shown.addresses_in(given),  # type: ignore[attr-defined]
        actor_of(request), for_signature="for_signature" in given,
    )  # fmt: skip
    return redirect("reports")


@needs(Right.REPORT)
@require_POST
def stop(request: HttpRequest, schedule: int) -> HttpResponse:
    """Make no more reports by a schedule."""
    report_schedules.stop(request.access, schedule, actor_of(request))  # type: ignore[attr-defined]
    return redirect("reports")


@needs(Right.REPORT)
@require_POST
def start(request: HttpRequest, schedule: int) -> HttpResponse:
    """Make reports by it again."""
    report_schedules.start_again(request.access, schedule, actor_of(request))  # type: ignore[attr-defined]
    return redirect("reports")


def _listed(report: Archived, mails: tuple[report_mail.Mail, ...]) -> dict[str, Any]:
    return {
        "report": report,
        "standing": shown.standing_of(report),
        "counts": shown.counts_of(report),
        "mail": mails[0] if mails else None,
    }


def _scheduled(request: HttpRequest, schedule: Schedule) -> dict[str, Any]:
    return {
        "schedule": schedule,
        "said": shown.rhythm_said(schedule.rhythm),
        "may": may(request, Right.REPORT, schedule.site),
    }


routes = [
    path("reports/", reports_page, name="reports"),
    path("reports/make", make, name="reports-make"),
    path("reports/schedule", schedule, name="reports-schedule"),
    path("reports/schedules/<int:schedule>/stop", stop, name="reports-stop"),
    path("reports/schedules/<int:schedule>/start", start, name="reports-start"),
]
