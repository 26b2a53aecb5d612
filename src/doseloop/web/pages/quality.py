"""How good the data of each scanner are: what is missing, repaired, implausible, late or without a procedure."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.facts.quality import QualityPoint, ScannerQuality, quality, quality_trend
from doseloop.report.table import Table
from doseloop.store.scanner_list import scanner_names
from doseloop.web import quality_tables
from doseloop.web.charts import trend as trend_chart
from doseloop.web.clock import today_here
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.quality_view import DEFECTS, PERIODS, QualityView, view_of
from doseloop.web.rights import needs
from doseloop.web.scanner_labels import labelled
from doseloop.web.tables import page_table


@needs(Right.SEE)
@require_safe
def data_quality(request: HttpRequest) -> HttpResponse:
    """The page."""
    view, found, names = _looked_at(request)
    points = _trend(request, view)
    context: dict[str, Any] = {
        "view": view,
        "periods": [_choice(request, text, chosen=days == view.days, days=days) for days, text in PERIODS.items()],
        "tiles": _tiles(request, found, view),
        "exams": sum(one.exams for one in found),
        "table": page_table(quality_tables.of_scanners(found, view, names), export_links(request, "quality")),
        "defect": DEFECTS[view.defect],
        "trend": trend_chart.shares(points, DEFECTS[view.defect].title, view.grain) if points else None,
        "points": page_table(quality_tables.trend(points, view, names), export_links(request, "quality-trend")),
        "meanings": DEFECTS.values(),
    }
    return render(request, "doseloop/quality.html", context)


def quality_table(request: HttpRequest) -> Table:
    """Counts by scanner, for a file."""
    view, found, names = _looked_at(request)
    return quality_tables.counts_of_scanners(found, view, names)


def trend_table(request: HttpRequest) -> Table:
    """The trend of the chosen defect, for a file."""
    view, _, names = _looked_at(request)
    return quality_tables.trend(_trend(request, view), view, names)


def _looked_at(request: HttpRequest) -> tuple[QualityView, tuple[ScannerQuality, ...], dict[int, str]]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    view = view_of(request.GET.dict(), today_here())
    return view, quality(the_facts(), scope, view.window), scanner_names(scope)


def _trend(request: HttpRequest, view: QualityView) -> tuple[QualityPoint, ...]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return labelled(quality_trend(the_facts(), scope, view.window, view.grain, view.defect), scanner_names(scope))


def _tiles(request: HttpRequest, found: tuple[ScannerQuality, ...], view: QualityView) -> list[dict[str, Any]]:
    """Each defect over all scanners: choosing one draws its trend."""
    return [
        {
            **_choice(request, DEFECTS[defect].title, chosen=defect is view.defect, defect=defect),
            "share": quality_tables.shown(share),
            "n": share.n,
            "of": share.of,
        }
        for defect, share in quality_tables.altogether(found).items()
    ]


def _choice(request: HttpRequest, text: str, *, chosen: bool, **changed: object) -> dict[str, Any]:
    return {"text": text, "chosen": chosen, "address": "?" + urlencode({**request.GET.dict(), **changed})}


routes = [
    path("quality/", data_quality, name="quality"),
    *export_routes("quality", "quality", quality_table),
    *export_routes("quality/trend", "quality-trend", trend_table),
]
