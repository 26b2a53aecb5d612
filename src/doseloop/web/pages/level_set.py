"""One set of reference levels whole: where it comes from, how it stands at a site, and every row by procedure."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.reference_level import LevelSet
from doseloop.report.compliance_words import verification_said
from doseloop.report.table import Table
from doseloop.store.level_list import level_set_rows
from doseloop.store.level_sets import set_at, sets_at, sites_with
from doseloop.web import level_row_table
from doseloop.web.exports import export_links, export_routes
from doseloop.web.level_listing import short_name, standing
from doseloop.web.level_rows import STATISTICS, by_procedure, modalities
from doseloop.web.level_view import LevelView, view_of
from doseloop.web.rights import may, needs


@needs(Right.SEE)
@require_safe
def level_set(request: HttpRequest, level_set: str) -> HttpResponse:
    """The page. `?site=` names the site at which it stands so, `?modality=` shows the rows of one modality."""
    view, one = _looked_at(request, level_set)
    row = next(each for each in level_set_rows(view.scope, view.site.id) if each.key == one.id)
    modality = request.GET.get("modality", "")
    context: dict[str, Any] = {
        "view": view,
        "set": one,
        "name": short_name(one),
        "row": row,
        "standing": standing(row),
        "verification": verification_said(one.verification),
        "statistic": STATISTICS[one.statistic],
        "followed": _others(view, lambda other: other.id == one.superseded_by),
        "follows": _others(view, lambda other: other.superseded_by == one.id),
        "modalities": _choices(request, one, modality),
        "groups": by_procedure(one, modality),
        "units": view.site.units,
        "may_choose": may(request, Right.LEVELS, view.site.id),
        "exports": export_links(request, "level-set", one.id),
    }
    return render(request, "doseloop/level_set.html", context)


def rows_table(request: HttpRequest, level_set: str) -> Table:
    """Every row, for a file."""
    return level_row_table.as_file(_looked_at(request, level_set)[1])


def _looked_at(request: HttpRequest, key: str) -> tuple[LevelView, LevelSet]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    view = view_of(scope, request.GET.dict(), sites_with(scope, key))
    return view, set_at(view.scope, view.site.id, key)


def _others(view: LevelView, wanted: Callable[[LevelSet], bool]) -> tuple[LevelSet, ...]:
    return tuple(filter(wanted, sets_at(view.scope, view.site.id)))


def _choices(request: HttpRequest, one: LevelSet, chosen: str) -> list[dict[str, Any]]:
    """The modalities to choose from; none where the set has but one."""
    found = modalities(one)
    if len(found) < 2:
        return []
    every = (("", len(one.levels)), *found)
    return [
        {"text": key or "All", "rows": rows, "chosen": key == chosen, "address": _address(request, key)}
        for key, rows in every
    ]


def _address(request: HttpRequest, modality: str) -> str:
    kept = {name: value for name, value in request.GET.dict().items() if name != "modality"}
    return "?" + urlencode({**kept, "modality": modality} if modality else kept)


routes = [
    path("levels/<slug:level_set>/", level_set, name="level-set"),
    *export_routes("levels/<slug:level_set>/rows", "level-set", rows_table),
]
