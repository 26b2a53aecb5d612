"""Drift of a scanner: a control chart of each protocol, and which dose is the new usual."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.assess.own_usual import STAGES
from doseloop.model.errors import UnusableInput
from doseloop.report.table import Table
from doseloop.store import drifts, flags, new_usuals, scanner_list, scanner_merging
from doseloop.store.new_usuals import EVERY, NewUsual
from doseloop.web import drift_view
from doseloop.web.actor import actor_of
from doseloop.web.clock import today_here
from doseloop.web.decision_lists import told
from doseloop.web.exports import export_links, export_routes
from doseloop.web.paging import page_number
from doseloop.web.rights import may, needs
from doseloop.web.tables import page_table


@needs(Right.SEE)
@require_safe
def drift(request: HttpRequest, scanner: int) -> HttpResponseBase:
    """The page. Another name of a scanner leads to that scanner's."""
    scope = _scope(request)
    root = scanner_merging.root_of(scope, scanner)
    if root != scanner:
        return redirect("scanner-drift", root)
    found = drifts.shown(scope, scanner)
    charts = [one for one in found if one.watched is not None]
    number = page_number(request.GET.dict(), len(charts), drift_view.CHARTS)
    start = (number - 1) * drift_view.CHARTS
    context = {
        **_of_scanner(request, scanner),
        "standing": drifts.standing(scope, scanner),
        "charts": drift_view.charts(charts[start : start + drift_view.CHARTS]),
        "of": len(charts),
        "start": start + 1,
        "end": min(start + drift_view.CHARTS, len(charts)),
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if start + drift_view.CHARTS < len(charts) else "",
        "table": page_table(drift_view.table(scanner, found), export_links(request, "scanner-drift", scanner)),
        "series": [one.series.protocol for one in found],
        "known": drifts.known_changes(scope, scanner, found),
        "batches": told(new_usuals.decided(scope, scanner), {}, "not in force"),
        "today": today_here().isoformat(),
        "least": STAGES[0],
    }
    return render(request, "doseloop/scanner_drift.html", context)


@needs(Right.NAME)
@require_POST
def begin(request: HttpRequest, scanner: int) -> HttpResponse:
    """Let one series, several or all begin anew on a day."""
    scope, given = _scope(request), request.POST
    root = scanner_merging.root_of(scope, scanner)
    chosen = given.getlist("series")
    known = {EVERY, *(one.series.protocol for one in drifts.shown(scope, root))}
    if not chosen or not set(chosen) <= known:
        raise UnusableInput("Choose the protocol from the list.")
    with transaction.atomic():
        for series in chosen:
            wanted = NewUsual(root, series, given.get("since", ""), given.get("reason", ""))
            new_usuals.begin(scope, wanted, actor_of(request))
    return redirect("scanner-drift", root)


@needs(Right.NAME)
@require_POST
def undo(request: HttpRequest, scanner: int, batch: str) -> HttpResponse:
    """Take a new usual back."""
    root = scanner_merging.root_of(_scope(request), scanner)
    new_usuals.take_back(_scope(request), root, batch, actor_of(request))
    return redirect("scanner-drift", root)


@needs(Right.NAME)
@require_POST
def answer(request: HttpRequest, flag: int) -> HttpResponse:
    """Say of a flag that this is the new usual, since a day."""
    scope, given = _scope(request), request.POST
    found = flags.flag(scope, flag)
    if found.scanner_id is None or found.exam_id is not None:
        raise UnusableInput("A new usual answers a flag of the rule “drift” on its scanner.")
    series = new_usuals.series_of_flag(found.evidence.get("cause", ""), found.evidence.get("quantity") or "")
    root = scanner_merging.root_of(scope, found.scanner_id)
    wanted = NewUsual(root, series, given.get("since", ""), given.get("reason", ""), flag)
    new_usuals.begin(scope, wanted, actor_of(request))
    return redirect("flag", flag)


def drift_table(request: HttpRequest, scanner: int) -> Table:
    """Every series, for a file."""
    root = scanner_merging.root_of(_scope(request), scanner)
    return drift_view.table(root, drifts.shown(_scope(request), root))


def _of_scanner(request: HttpRequest, scanner: int) -> dict[str, Any]:
    row = scanner_merging.names_of(_scope(request), scanner).get(pk=scanner)
    name = scanner_list.scanner_names(_scope(request)).get(scanner, row.name)
    return {"scanner": scanner, "name": name, "may_name": may(request, Right.NAME, row.site_id)}


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return scope


routes = [
    path("scanners/<int:scanner>/drift/", drift, name="scanner-drift"),
    path("scanners/<int:scanner>/drift/begin", begin, name="scanner-drift-begin"),
    path("scanners/<int:scanner>/drift/<slug:batch>/undo", undo, name="scanner-drift-undo"),
    path("flags/<int:flag>/usual", answer, name="flag-usual"),
    *export_routes("scanners/<int:scanner>/drift", "scanner-drift", drift_table),
]
