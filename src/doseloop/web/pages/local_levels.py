"""Local levels and typical values: those that were set, and how they stand."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.reference.procedures import catalogue
from doseloop.report.table import Table
from doseloop.store import decisions
from doseloop.store.decisions import Batch, Change
from doseloop.store.level_choice import choose, chosen
from doseloop.store.level_sets import sets_at
from doseloop.store.local_level_set import key_of
from doseloop.store.local_level_standing import LOCAL, said
from doseloop.store.local_levels import LocalLevelShown, local_levels
from doseloop.store.site_list import display_units, sites
from doseloop.web import local_level_tables
from doseloop.web.actor import actor_of
from doseloop.web.clock import today_here
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import needs

SHOWS = {"in-force": "In force", "due": "Review due", "all": "All"}


@dataclass(frozen=True, slots=True)
class ListedLevel:
    """A local level as the list shows it."""

    shown: LocalLevelShown
    procedure: str
    said: str
    state: str
    tone: str
    site_name: str


@needs(Right.SEE)
@require_safe
def local_levels_page(request: HttpRequest) -> HttpResponse:
    """The page. `?show=` chooses those in force, those due for review, or all."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    show, today = _show(request), today_here()
    found = local_levels(scope)
    names = {site.id: site.name for site in sites(scope)}
    context: dict[str, Any] = {
        "levels": [_listed(one, today, names) for one in found if _fits(one, show, today)],
        "show": show,
        "tabs": [(key, words, sum(_fits(one, key, today) for one in found)) for key, words in SHOWS.items()],
        "not_compared": [one for one in sites(scope) if _waits(scope, one.id)],
        "units": display_units(scope),
        "several_sites": len(names) > 1,
        "batches": history_said(decisions.history(scope, LOCAL)),
        "may_set": Right.LEVELS in request.rights,  # type: ignore[attr-defined]
        "exports": export_links(request, "local-levels"),
    }
    return render(request, "doseloop/local_levels.html", context)


@needs(Right.LEVELS)
@require_POST
def compare(request: HttpRequest, site: int) -> HttpResponse:
    """Let the site compare with its local levels before the sets that it compares with now."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    others = [one.id for one in chosen(scope, site) if one.id != key_of(site)]
    choose(scope, site, [key_of(site), *others], actor_of(request))
    return redirect("local-levels")


@needs(Right.LEVELS)
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Let levels stand as they stood before a change."""
    decisions.undo(request.access, LOCAL, batch, actor_of(request))  # type: ignore[attr-defined]
    return redirect("local-levels")


def history_said(batches: tuple[Batch, ...]) -> tuple[Batch, ...]:
    """The batches with how levels stood and stand in words."""
    return tuple(
        replace(batch, changes=tuple(Change(one.written, said(one.before), said(one.after)) for one in batch.changes))
        for batch in batches
    )


def _waits(scope: Scope, site: int) -> bool:
    """Whether local levels are in force at a site that does not compare with them."""
    key = key_of(site)
    known, compared = sets_at(scope, site), chosen(scope, site)
    return any(one.id == key for one in known) and all(one.id != key for one in compared)


def _show(request: HttpRequest) -> str:
    asked = request.GET.get("show", "")
    return asked if asked in SHOWS else "in-force"


def _fits(one: LocalLevelShown, show: str, today: date) -> bool:
    """What was changed since is among those in force as long as it stands so: it must be seen."""
    if show == "all":
        return True
    if show == "due":
        return local_level_tables.state_of(one, today)[0] == "review due"
    return one.state == "in force"


def _listed(one: LocalLevelShown, today: date, names: dict[int, str]) -> ListedLevel:
    state, tone = local_level_tables.state_of(one, today)
    of = one.level.of if one.level else None
    return ListedLevel(
        one, catalogue().name_of(of.procedure) if of else "", local_level_tables.of_said(of) if of else "", state, tone,
        names.get(one.site, ""),
    )  # fmt: skip


def _table(request: HttpRequest) -> Table:
    show, today = _show(request), today_here()
    found = local_levels(request.access)  # type: ignore[attr-defined]
    return local_level_tables.as_file((one for one in found if _fits(one, show, today)), today)


routes = [
    path("levels/local/", local_levels_page, name="local-levels"),
    path("levels/local/at/<int:site>/compare", compare, name="local-levels-compare"),
    path("levels/local/<slug:batch>/undo", undo, name="local-levels-undo"),
    *export_routes("levels/local", "local-levels", _table),
]
