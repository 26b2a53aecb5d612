"""One scanner's group against one level, in depth: the verdict, its exams, and why it is so."""

from datetime import date
from typing import Any

import numpy as np
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.assess.reference_levels import FATES
from doseloop.model.errors import NotVisible
from doseloop.model.quantities import QUANTITIES, unit_of
from doseloop.reference.procedures import catalogue
from doseloop.report.compliance import CellInDepth, cell_in_depth
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.store import decisions, level_explanations, scanner_list
from doseloop.store.audit import Seen
from doseloop.store.site_list import display_units, sites
from doseloop.web import compliance_tables
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.charts import group as group_chart
from doseloop.web.clock import today_here
from doseloop.web.compliance_view import ComplianceView, view_of
from doseloop.web.computed_note import computed_note
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.paging import page_number
from doseloop.web.rights import may, needs
from doseloop.web.tables import page_table

PAGE = 50


@needs(Right.SEE)
@require_safe
def cell(request: HttpRequest, scanner: int, level_id: str) -> HttpResponse:
    """The page."""
    scope = _scope(request)
    view, found = _looked_at(request, scanner, level_id)
    order = _order(found)
    number = page_number(request.GET.dict(), len(order), PAGE)
    shown = order[(number - 1) * PAGE : number * PAGE]
    note_sight(request, f"level {level_id} on scanner {scanner}", _seen(found, view, shown))
    units = display_units(scope)
    level, unit = found.compared.level, _unit(found.figure.quantity, units)
    context: dict[str, Any] = {
        "view": view,
        "found": found,
        "figure": found.figure,
        "level": level,
        "source": found.compared.source,
        "because": (*found.compared.match.because, *found.compared.match.caveats),
        "procedure_name": catalogue().name_of(level.procedure or ""),
        "quantity": QUANTITIES[level.quantity],
        "computed": computed_note(level.quantity),
        "units": units,
        "chart": group_chart.option(_points(found), level.quantity, unit, level.value, found.figure.median),
        "table": page_table(_table(found, units, shown), export_links(request, "compliance-cell", scanner, level_id)),
        "explanation": found.cell.explanation,
        "batches": level_explanations.history(scope, scanner, level_id),
        "may_say": may(request, Right.JUDGE, view.site),
        "most": level_explanations.MOST,
        "total": len(order),
        "start": (number - 1) * PAGE + 1,
        "end": (number - 1) * PAGE + len(shown),
        "previous": f"?{view.query}&page={number - 1}" if number > 1 else "",
        "next": f"?{view.query}&page={number + 1}" if number * PAGE < len(order) else "",
    }
    return render(request, "doseloop/compliance_cell.html", context)


@needs(Right.JUDGE)
@require_POST
def explain(request: HttpRequest, scanner: int, level_id: str) -> HttpResponse:
    """Say why it is so."""
    view, found = _looked_at(request, scanner, level_id)
    written = f"{found.figure.procedure_name}, {QUANTITIES[found.figure.quantity].symbol}, {found.figure.scanner_name}"
    level_explanations.explain(
        _scope(request), scanner, level_id, request.POST.get("text", ""), written, actor_of(request)
    )
    return redirect(compliance_tables.cell_address(scanner, found.compared.level, view))


@needs(Right.JUDGE)
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Take back what was said."""
    scope = _scope(request)
    scanner, level_id = level_explanations.of_batch(scope, batch)
    decisions.undo(scope, level_explanations.EXPLANATION, batch, actor_of(request))
    return redirect("compliance-cell", scanner, level_id)


def exams_of(request: HttpRequest, scanner: int, level_id: str) -> Table:
    """All exams of the group, for a file."""
    _, found = _looked_at(request, scanner, level_id)
    return _table(found, display_units(_scope(request)), _order(found))


def _exported(request: HttpRequest, scanner: int, level_id: str) -> set[Seen]:
    view, found = _looked_at(request, scanner, level_id)
    return _seen(found, view, _order(found))


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return scope


def _looked_at(request: HttpRequest, scanner: int, level_id: str) -> tuple[ComplianceView, CellInDepth]:
    scope = _scope(request)
    site = scanner_list.site_of(scope, scanner)
    view = view_of({**request.GET.dict(), "site": str(site)}, sites(scope), today_here())
    found = cell_in_depth(the_facts(), scope, site, view.window, settings.DOSELOOP.level_settings, scanner, level_id)
    if found is None:
        raise NotVisible(
            "The site does not compare this scanner with this level in the period, or has no value for it."
        )
    return view, found


def _order(found: CellInDepth) -> list[int]:
    """Positions of the values: those in the median first, and the highest first."""
    order: list[int] = np.lexsort((-found.samples.value, ~found.cell.kept.in_median)).tolist()
    return order


def _seen(found: CellInDepth, view: ComplianceView, places: list[int]) -> set[Seen]:
    return {Seen(int(found.samples.patient[place]), view.site) for place in places}


def _day(found: CellInDepth, place: int) -> date:
    day: date = found.samples.day[place].item()
    return day


def _points(found: CellInDepth) -> list[group_chart.Point]:
    newest = np.argsort(found.samples.day, kind="stable")[-group_chart.MOST :]
    return [
        group_chart.Point(_day(found, place), float(found.samples.value[place]), bool(found.cell.kept.in_median[place]))
        for place in newest.tolist()
    ]


def _table(found: CellInDepth, units: dict[str, str], places: list[int]) -> Table:
    columns = (
        Column("day", "Exam", "time"),
        quantity_column(found.figure.quantity, units),
        Column("ratio", "Of the level", "number", "%"),
        quantity_column("weight_kg", units, "Weight"),
        Column("fate", "In the comparison", "state"),
    )
    return Table("level-exams", "Exams of the group", columns, [_row(found, place) for place in places])


def _row(found: CellInDepth, place: int) -> Row:
    samples, level = found.samples, found.compared.level
    weight = float(samples.weight_kg[place])
    return compliance_tables.exam_row(
        int(samples.exam[place]), _day(found, place), float(samples.value[place]),
        None if np.isnan(weight) else weight, FATES[found.cell.kept.fates[place]], level,
    )  # fmt: skip


def _unit(quantity: str, units: dict[str, str]) -> str:
    return unit_of(quantity, units.get(quantity)).label


routes = [
    path("compliance/<int:scanner>/<slug:level_id>/", cell, name="compliance-cell"),
    path("compliance/<int:scanner>/<slug:level_id>/explain/", explain, name="compliance-explain"),
    path("compliance/said/<slug:batch>/undo/", undo, name="compliance-undo"),
    *export_routes("compliance/<int:scanner>/<slug:level_id>/exams", "compliance-cell", exams_of, _exported),
]
