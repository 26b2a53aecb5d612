"""One compliance report of the archive: its figures, its files, its signature, its mails, and what today's data would change."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.report import archive, report_files
from doseloop.report.compliance_blocks import blocks
from doseloop.report.compliance_changes import changes
from doseloop.report.compliance_report import ComplianceReport, figures_sha256
from doseloop.report.compliance_tables import changes_table, excluded_table, set_of, sets_table
from doseloop.report.compliance_words import STATES_SAID, method
from doseloop.report.table import Table
from doseloop.store import report_mail, reports
from doseloop.web import compliance_reports as shown
from doseloop.web.actor import actor_of
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.rights import may, needs
from doseloop.web.tables import page_table

_FORMS = {
    "pdf": "PDF",
    "xlsx": "Workbook",
    "submission.csv": "Facility medians, CSV",
    "submission.xlsx": "Facility medians, XLSX",
}


@needs(Right.SEE)
@require_safe
def report_page(request: HttpRequest, report: int) -> HttpResponse:
    """The page."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    kept, held = reports.archived(scope, report), archive.opened(scope, report)
    context: dict[str, Any] = {
        "report": kept,
        "standing": shown.standing_of(kept),
        "counts": [(one, held.counts[one], STATES_SAID[one]) for one in held.counts],
        "comparisons": len(held.figures),
        "left_out_sets": [set_of(one) for one in held.sets if one.left_out],
        "procedures": blocks(held),
        "sets": page_table(sets_table(held)),
        "excluded": page_table(excluded_table(held)),
        "method": method(held.settings),
        "files": _files(request, report),
        "mails": report_mail.mails(scope, [report]).get(report, ()),
        "may_report": may(request, Right.REPORT, kept.site),
    }
    return render(request, "doseloop/report.html", context)


@needs(Right.SEE)
@require_safe
def today(request: HttpRequest, report: int) -> HttpResponse:
    """What the report would say if it were made from today's data."""
    kept, held, now = _both(request, report)
    found = changes(held, now)
    context = {
        "report": kept,
        "same": figures_sha256(now) == kept.figures_sha256,
        "table": page_table(changes_table(held, found), export_links(request, "report-today", report)),
        "figures": len({(one.figure.scanner, one.figure.level_id) for one in found}),
        "data_state": now.data_state,
        "may_report": may(request, Right.REPORT, kept.site),
    }
    return render(request, "doseloop/report_today.html", context)


@needs(Right.REPORT)
@require_POST
def again(request: HttpRequest, report: int) -> HttpResponse:
    """Make the same report from today's data, and lead to it."""
    made = archive.make_again(the_facts(), request.access, report, actor_of(request))  # type: ignore[attr-defined]
    return redirect("report", made.key)


@needs(Right.REPORT)
@require_POST
def sign(request: HttpRequest, report: int) -> HttpResponse:
    """Sign it, for good."""
    given = request.POST.dict()
    reports.sign(request.access, report, given.get("name", ""), given.get("function", ""), actor_of(request))  # type: ignore[attr-defined]
    return redirect("report", report)


@needs(Right.REPORT)
@require_POST
def mail(request: HttpRequest, report: int) -> HttpResponse:
    """Have it go to mail addresses."""
    report_mail.post(request.access, report, shown.addresses_in(request.POST.dict()), actor_of(request))  # type: ignore[attr-defined]
    return redirect("report", report)


@needs(Right.REPORT)
@require_POST
def mail_again(request: HttpRequest, mail: int) -> HttpResponse:
    """Have a mail that failed tried anew."""
    report = report_mail.ask_again(request.access, mail, actor_of(request))  # type: ignore[attr-defined]
    return redirect("report", report)


def _both(request: HttpRequest, report: int) -> tuple[reports.Archived, ComplianceReport, ComplianceReport]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    held = archive.opened(scope, report)
    return reports.archived(scope, report), held, archive.today(the_facts(), scope, held)


def _changes_of(request: HttpRequest, report: int) -> Table:
    _, held, now = _both(request, report)
    return changes_table(held, changes(held, now))


def _files(request: HttpRequest, report: int) -> list[tuple[str, str]]:
    """Names and addresses of the files; none where the person may not export."""
    if Right.EXPORT not in request.rights:  # type: ignore[attr-defined]
        return []
    return [(words, reverse(_route(form), args=[report])) for form, words in _FORMS.items()]


def _file(form: str) -> Callable[..., HttpResponse]:
    @require_safe
    def view(request: HttpRequest, report: int) -> HttpResponse:
        scope: Scope = request.access  # type: ignore[attr-defined]
        kept = reports.archived(scope, report)
        content = report_files.made(archive.opened(scope, report), kept.head, form)
        name = report_files.name_of(kept, form)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type=report_files.MEDIA_TYPES[form], headers=headers)

    return view


def _file_routes() -> list[URLPattern]:
    return [
        path(f"reports/<int:report>/compliance.{form}", needs(Right.EXPORT)(_file(form)), name=_route(form))
        for form in _FORMS
    ]


def _route(form: str) -> str:
    return f"report-{form.replace('.', '-')}"


routes = [
    path("reports/<int:report>/", report_page, name="report"),
    path("reports/<int:report>/today/", today, name="report-today"),
    path("reports/<int:report>/again", again, name="report-again"),
    path("reports/<int:report>/sign", sign, name="report-sign"),
    path("reports/<int:report>/mail", mail, name="report-mail"),
    path("reports/mails/<int:mail>/again", mail_again, name="report-mail-again"),
    *_file_routes(),
    *export_routes("reports/<int:report>/today", "report-today", _changes_of),
]
