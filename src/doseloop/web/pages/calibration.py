"""Factors by which what a scanner displays is corrected: which hold, entering one after a preview, taking one back."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.calibration import CALIBRATED, PLANES, Calibration
from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import QUANTITIES
from doseloop.report.table import Table
from doseloop.store import calibrations, decisions, scanner_merging
from doseloop.store.calibration_preview import preview as preview_of
from doseloop.store.calibration_wanted import LEAST, MOST, WantedCalibration
from doseloop.store.calibrations import CALIBRATIONS
from doseloop.store.scanner_list import scanner_names
from doseloop.store.site_list import display_units
from doseloop.web import calibration_tables
from doseloop.web.actor import actor_of
from doseloop.web.clock import today_here
from doseloop.web.decision_lists import told
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import may, needs
from doseloop.web.tables import page_table

_FIELDS = ("quantity", "plane", "factor", "uncertainty", "since", "until", "measured_by", "reference")


@needs(Right.SEE)
@require_safe
def calibration(request: HttpRequest, scanner: int) -> HttpResponseBase:
    """The page. Another name of a scanner leads to that scanner's."""
    scope = _scope(request)
    root = scanner_merging.root_of(scope, scanner)
    if root != scanner:
        return redirect("scanner-calibration", root)
    found = calibrations.calibrations_of(scope, scanner)
    today = today_here().isoformat()
    context = {
        **_of_scanner(request, scanner),
        "holding": [_told(one) for one in calibration_tables.holding_on(found, today)],
        "table": page_table(calibration_tables.listed(found, today, scanner)),
        "batches": told(calibrations.decided(scope, scanner), {}, "not in force"),
        "moving": decisions.pending(scope, CALIBRATIONS).exists() or decisions.outdated_count(scope),
        "quantities": [(key, f"{QUANTITIES[key].name} ({QUANTITIES[key].symbol})") for key in CALIBRATED],
        "planes": PLANES.items(),
        "least": LEAST,
        "most": MOST,
        "exports": export_links(request, "scanner-calibration", scanner),
    }
    return render(request, "doseloop/scanner_calibration.html", context)


@needs(Right.NAME)
@require_POST
def preview(request: HttpRequest, scanner: int) -> HttpResponse:
    """What the factor would change; nothing is changed yet."""
    wanted = _wanted(request, scanner)
    found = calibrations.calibrations_of(_scope(request), scanner)
    holding = calibration_tables.holding_on(found, wanted.since)
    context = {
        **_of_scanner(request, scanner),
        "wanted": wanted,
        "what": f"{QUANTITIES[wanted.quantity].symbol}, {PLANES[wanted.plane].casefold()}",
        "reads": calibration_tables.reads_said(wanted.factor),
        "days": calibration_tables.days_said(wanted.since, wanted.until),
        "preview": preview_of(_scope(request), wanted),
        "ends": [one for one in holding if (one.quantity, one.plane) == (wanted.quantity, wanted.plane)],
        "given": {name: request.POST.get(name, "") for name in _FIELDS},
        "units": display_units(_scope(request)),
    }
    return render(request, "doseloop/scanner_calibration_preview.html", context)


@needs(Right.NAME)
@require_POST
def add(request: HttpRequest, scanner: int) -> HttpResponse:
    """Put the factor into force; the worker makes its exams anew."""
    calibrations.put_into_force(_scope(request), _wanted(request, scanner), actor_of(request))
    return redirect("scanner-calibration", scanner)


@needs(Right.NAME)
@require_POST
def undo(request: HttpRequest, scanner: int, batch: str) -> HttpResponse:
    """Take a factor back."""
    scanner_merging.root_of(_scope(request), scanner)
    decisions.undo(_scope(request), CALIBRATIONS, batch, actor_of(request))
    return redirect("scanner-calibration", scanner)


def calibration_table(request: HttpRequest, scanner: int) -> Table:
    """The factors, for a file."""
    root = scanner_merging.root_of(_scope(request), scanner)
    found = calibrations.calibrations_of(_scope(request), root)
    return calibration_tables.whole(found, today_here().isoformat(), root)


def _of_scanner(request: HttpRequest, scanner: int) -> dict[str, Any]:
    row = calibrations.scanner_of(_scope(request), scanner)
    name = scanner_names(_scope(request)).get(scanner, row.name)
    return {"scanner": scanner, "name": name, "may_name": may(request, Right.NAME, row.site_id)}


def _told(one: Calibration) -> dict[str, Any]:
    return {
        "what": calibration_tables.what_of(one),
        "factor": one.factor,
        "reads": calibration_tables.reads_said(one.factor),
        "calibration": one,
    }


def _wanted(request: HttpRequest, scanner: int) -> WantedCalibration:
    """What was typed. Errors: `UnusableInput`; `NotVisible`."""
    calibrations.scanner_of(_scope(request), scanner)
    given = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    factor = _number(given["factor"], "A factor is a number like 0.92.")
    if factor is None:
        raise UnusableInput("Write the factor: measured over displayed, a number like 0.92.")
    return WantedCalibration(
        scanner=scanner,
        quantity=given["quantity"],  # type: ignore[arg-type]
        plane=given["plane"],  # type: ignore[arg-type]
        factor=factor,
        since=given["since"],
        until=given["until"],
        uncertainty_percent=_number(given["uncertainty"], "An uncertainty is a number of per cent like 5, or empty."),
        measured_by=given["measured_by"],
        reference=given["reference"],
    )


def _number(text: str, otherwise: str) -> float | None:
    """The number that was typed, with a point or a comma; None for nothing."""
    if not text:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise UnusableInput(otherwise) from None


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return scope


routes = [
    path("scanners/<int:scanner>/calibration/", calibration, name="scanner-calibration"),
    path("scanners/<int:scanner>/calibration/preview", preview, name="scanner-calibration-preview"),
    path("scanners/<int:scanner>/calibration/add", add, name="scanner-calibration-add"),
    path("scanners/<int:scanner>/calibration/<slug:batch>/undo", undo, name="scanner-calibration-undo"),
    *export_routes("scanners/<int:scanner>/calibration", "scanner-calibration", calibration_table),
]
