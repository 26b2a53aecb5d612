"""A report on the reports of one scanner: what a maker's engineer should mend, by software version. It shows no patient."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.assess.report_quality import LEAST, NO_VERSION, KindQuality, named, qualities
from doseloop.report.table import Table
from doseloop.store import scanner_reports
from doseloop.store.scanner_merging import root_of
from doseloop.web import report_tables
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import needs
from doseloop.web.tables import page_table


@needs(Right.SEE)
@require_safe
def reports(request: HttpRequest, scanner: int) -> HttpResponseBase:
    """The page. Another name of a scanner leads to that scanner's."""
    root = root_of(_scope(request), scanner)
    if root != scanner:
        return redirect("scanner-reports", root)
    found = _found(request, scanner)
    context = {
        "scanner": scanner_reports.scanner(_scope(request), scanner),
        "kinds": [_kind(scanner, one) for one in found],
        "scores": page_table(report_tables.scores(found)),
        "score_exports": export_links(request, "scanner-report-scores", scanner),
        "defect_exports": export_links(request, "scanner-report-defects", scanner),
        "counted": scanner_reports.COUNTED,
        "least": LEAST,
        "no_version": NO_VERSION,
    }
    return render(request, "doseloop/scanner_reports.html", context)


@needs(Right.SEE)
@require_safe
def report(request: HttpRequest, scanner: int, object_id: int) -> HttpResponse:
    """Leads to the content tree of an example: the page itself names no exam."""
    exam = scanner_reports.exam_of(_scope(request), scanner, object_id)
    at = request.GET.get("at", "")
    tree = reverse("object-tree", args=[exam, object_id])
    return redirect(f"{tree}?{urlencode({'at': at})}#{at}" if at else tree)


def scores_of(request: HttpRequest, scanner: int) -> Table:
    """The scores, for a file."""
    return report_tables.scores(_found(request, scanner))


def defects_of(request: HttpRequest, scanner: int) -> Table:
    """The defects, for a file."""
    return report_tables.defects(_found(request, scanner))


def _found(request: HttpRequest, scanner: int) -> tuple[KindQuality, ...]:
    return qualities(scanner_reports.checked_reports(_scope(request), scanner))


def _kind(scanner: int, kind: KindQuality) -> dict[str, object]:
    newest, before = kind.versions[0], kind.versions[1] if len(kind.versions) > 1 else None
    return {
        "name": named(kind.kind, 2)[2:],
        "count": named(kind.kind, newest.n),
        "until": report_tables.day(before.last) if before else "",
        "since": report_tables.day(newest.first),
        "newest": newest,
        "before": before,
        "score": None if newest.share is None else report_tables.percent(newest.share),
        "change": None if kind.change is None else report_tables.points(kind.change),
        "worse": kind.change is not None and kind.change < 0,
        "table": page_table(report_tables.side_by_side(scanner, kind)),
    }


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return scope


routes = [
    path("scanners/<int:scanner>/reports/", reports, name="scanner-reports"),
    path("scanners/<int:scanner>/reports/<int:object_id>/", report, name="scanner-report"),
    *export_routes("scanners/<int:scanner>/reports/scores", "scanner-report-scores", scores_of),
    *export_routes("scanners/<int:scanner>/reports/defects", "scanner-report-defects", defects_of),
]
