"""One procedure: its distribution on each scanner, its trend, and reference levels."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.facts.procedure import ScannerDistribution, TrendPoint, distribution, trend
from doseloop.model.errors import NotVisible
from doseloop.model.quantities import QUANTITIES
from doseloop.model.size_counts import together
from doseloop.report.table import Table
from doseloop.store import procedure_list
from doseloop.store.scanner_list import scanner_names
from doseloop.store.site_list import display_units
from doseloop.web import procedure_tables
from doseloop.web.charts import distribution as distribution_chart
from doseloop.web.charts import trend as trend_chart
from doseloop.web.charts.level_lines import Line, are_numbered, one_each
from doseloop.web.clock import today_here
from doseloop.web.computed_note import computed_note
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.level_matches import level_matches, near_levels
from doseloop.web.noise_view import DoseAgainstNoise, dose_against_noise, noise_table
from doseloop.web.procedure_view import BANDS, PERIODS, ProcedureView, quantities_of, view_of
from doseloop.web.rights import needs
from doseloop.web.scanner_labels import labelled
from doseloop.web.tables import page_table
from doseloop.web.verdicts import LEAST, Compared, compared_levels, verdict_table

_MOST_LINES = 6
"""Levels in the charts; the table has all."""


@needs(Right.SEE)
@require_safe
def procedure(request: HttpRequest, procedure: str) -> HttpResponse:
    """The page."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    known, view = _looked_at(request, procedure)
    units = display_units(scope)
    found = _distribution(scope, procedure, view)
    points = _trend(scope, procedure, view)
    compared = compared_levels(the_facts(), scope, procedure, view, {one.scanner: one.scanner_name for one in found})
    lines = _lines(compared)
    unit = view.unit(units)
    noise = _noise(scope, known, view)
    context = {
        "procedure": known,
        "view": view,
        "units": units,
        "quantity": QUANTITIES[view.quantity],
        "computed": computed_note(view.quantity),
        "controls": _controls(request, known.modality, view),
        "bands": BANDS,
        "compared": compared,
        "listed": lines if are_numbered(lines) else (),
        "near": near_levels(level_matches(scope, procedure, view)),
        "least": LEAST,
        "n": sum(one.n for one in found),
        "sizes": together(one.sizes for one in found).words,
        "distribution": distribution_chart.option(found, view.quantity, unit, lines) if found else None,
        "height": max(3, min(9, len(found) + 2)),
        "trend": trend_chart.option(points, view.quantity, unit, view.grain, lines) if points else None,
        "groups": page_table(
            procedure_tables.groups(found, view, units, for_page=True),
            export_links(request, "procedure-groups", procedure),
        ),
        "periods": page_table(
            procedure_tables.periods(points, view, units), export_links(request, "procedure-trend", procedure)
        ),
        "level_exports": export_links(request, "procedure-levels", procedure),
        "noise": noise,
        "noise_table": page_table(noise.table, export_links(request, "procedure-noise", procedure)) if noise else None,
    }
    return render(request, "doseloop/procedure.html", context)


def groups_of(request: HttpRequest, procedure: str) -> Table:
    """The distribution on each scanner, for a file."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    _, view = _looked_at(request, procedure)
    found = _distribution(scope, procedure, view)
    return procedure_tables.groups(found, view, display_units(scope))


def trend_of(request: HttpRequest, procedure: str) -> Table:
    """The trend of each scanner, for a file."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    _, view = _looked_at(request, procedure)
    points = _trend(scope, procedure, view)
    return procedure_tables.periods(points, view, display_units(scope))


def levels_of(request: HttpRequest, procedure: str) -> Table:
    """The verdicts, for a file."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    _, view = _looked_at(request, procedure)
    found = _distribution(scope, procedure, view)
    scanners = {one.scanner: one.scanner_name for one in found}
    return verdict_table(compared_levels(the_facts(), scope, procedure, view, scanners), view, display_units(scope))


def noise_of(request: HttpRequest, procedure: str) -> Table:
    """Noise and dose by protocol, for a file."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    _, view = _looked_at(request, procedure)
    return noise_table(the_facts(), scope, procedure, view, display_units(scope))


def _noise(scope: Scope, known: procedure_list.ProcedureShown, view: ProcedureView) -> DoseAgainstNoise | None:
    if known.modality != "CT":
        return None
    return dose_against_noise(the_facts(), scope, known.key, view, display_units(scope))


def _distribution(scope: Scope, procedure: str, view: ProcedureView) -> tuple[ScannerDistribution, ...]:
    found = distribution(the_facts(), scope, procedure, view.quantity, view.window, view.band)
    return labelled(found, scanner_names(scope))


def _trend(scope: Scope, procedure: str, view: ProcedureView) -> tuple[TrendPoint, ...]:
    points = trend(the_facts(), scope, procedure, view.quantity, view.window, view.grain, age_band=view.band)
    return labelled(points, scanner_names(scope))


def _looked_at(request: HttpRequest, key: str) -> tuple[procedure_list.ProcedureShown, ProcedureView]:
    known = procedure_list.procedure(key)
    if known is None:
        raise NotVisible(f"There is no procedure {key}.")
    return known, view_of(request.GET.dict(), known.modality, today_here())


def _controls(request: HttpRequest, modality: str, view: ProcedureView) -> dict[str, list[dict[str, Any]]]:
    def choice(text: str, chosen: bool, **changed: str) -> dict[str, Any]:
        return {"text": text, "chosen": chosen, "address": "?" + urlencode({**request.GET.dict(), **changed})}

    quantities = [
        choice(QUANTITIES[one].symbol, one is view.quantity, quantity=str(one)) for one in quantities_of(modality)
    ]
    periods = [choice(text, days == view.days, days=str(days)) for days, text in PERIODS.items()]
    return {"quantities": quantities, "periods": periods}


def _lines(compared: tuple[Compared, ...]) -> tuple[Line, ...]:
    return one_each((Line(one.short_name, one.level.value) for one in compared), _MOST_LINES)


routes = [
    path("procedures/<slug:procedure>/", procedure, name="procedure"),
    *export_routes("procedures/<slug:procedure>/scanners", "procedure-groups", groups_of),
    *export_routes("procedures/<slug:procedure>/trend", "procedure-trend", trend_of),
    *export_routes("procedures/<slug:procedure>/levels", "procedure-levels", levels_of),
    *export_routes("procedures/<slug:procedure>/noise", "procedure-noise", noise_of),
]
