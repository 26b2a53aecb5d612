"""Sets of reference levels at a site: which it compares with, in which order, what it confirmed, and how to take it back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.facts.windows import Window
from doseloop.model.errors import UnusableInput
from doseloop.report.table import Table
from doseloop.store import decisions, level_choice, level_confirmation, visible
from doseloop.store.decisions import Kind
from doseloop.store.level_choice import CHOICE, Move
from doseloop.store.level_confirmation import CONFIRMATION
from doseloop.store.level_list import level_set_rows
from doseloop.store.level_sets import set_at, sets_at
from doseloop.web import level_history
from doseloop.web.actor import actor_of
from doseloop.web.clock import today_here
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.level_listing import ListedSet, as_file, exams_of_sets, listed, short_name
from doseloop.web.level_view import LevelView, view_of
from doseloop.web.rights import may, needs

DAYS = 365
_DONE = {
    Move.ADD: "is compared with, behind the others",
    Move.REMOVE: "is compared with no longer",
    Move.UP: "moved up",
    Move.DOWN: "moved down",
}


@needs(Right.SEE)
@require_safe
def levels(request: HttpRequest) -> HttpResponse:
    """The page. `?site=` names a site, `?country=` one country of the sets that it does not compare with."""
    view, found = _looked_at(request)
    site = view.site.id
    sets = sets_at(view.scope, site)
    context: dict[str, Any] = {
        "view": view,
        "compared": [one for one in found if one.row.place is not None],
        "others": [one for one in found if one.row.place is None],
        "countries": sorted({one.country for one in sets}),
        "has_chosen": level_choice.has_chosen(view.scope, site),
        "days": DAYS,
        "choices": level_history.choices(decisions.history(view.scope, CHOICE), sets),
        "confirmations": level_history.confirmations(decisions.history(view.scope, CONFIRMATION)),
        "may_choose": may(request, Right.LEVELS, site),
        "exports": export_links(request, "levels"),
    }
    return render(request, "doseloop/levels.html", context)


@needs(Right.LEVELS)
@require_POST
def rearrange(request: HttpRequest, site: int) -> HttpResponse:
    """Add, remove or move one set: `move` says what and which, `up jp-jrime-2025`; `in-force` takes the choice away."""
    scope = _scope(request)
    visible.check_site(scope, site)
    word, _, key = request.POST.get("move", "").partition(" ")
    if word == "in-force":
        if level_choice.has_chosen(scope, site):
            level_choice.choose(scope, site, [], actor_of(request))
        messages.success(request, "The sets in force are compared with.")
        return redirect(_address(site))
    if word not in set(Move):
        raise UnusableInput("Choose what is to be done with which set.")
    level_choice.rearrange(scope, site, key, Move(word), actor_of(request))
    messages.success(request, f"{short_name(set_at(scope, site, key))} {_DONE[Move(word)]}.")
    return redirect(_address(site, key))


@needs(Right.LEVELS)
@require_POST
def confirm(request: HttpRequest, site: int) -> HttpResponse:
    """Confirm a set whose values somebody compared with their source."""
    scope, given = _scope(request), request.POST
    visible.check_site(scope, site)
    key = given.get("set", "")
    level_confirmation.confirm(scope, site, key, given.get("by", ""), given.get("grounds", ""), actor_of(request))
    messages.success(request, f"{short_name(set_at(scope, site, key))} is confirmed.")
    return redirect(reverse("level-set", args=[key]) + "?" + urlencode({"site": site}))


@needs(Right.LEVELS)
@require_POST
def undo_choice(request: HttpRequest, site: int, batch: str) -> HttpResponse:
    """Compare with what was compared with before."""
    return _undone(request, site, CHOICE, batch)


@needs(Right.LEVELS)
@require_POST
def undo_confirmation(request: HttpRequest, site: int, batch: str) -> HttpResponse:
    """Take a confirmation back."""
    return _undone(request, site, CONFIRMATION, batch)


def levels_table(request: HttpRequest) -> Table:
    """The sets as the page lists them, for a file."""
    return as_file(_looked_at(request)[1])


def _looked_at(request: HttpRequest) -> tuple[LevelView, tuple[ListedSet, ...]]:
    """The view, and the sets: those that are compared with, and the others of the chosen country."""
    view = view_of(_scope(request), request.GET.dict())
    sets = sets_at(view.scope, view.site.id)
    exams = exams_of_sets(the_facts(), view.scope, Window.of_days_until(today_here(), DAYS), sets)
    rows = level_set_rows(view.scope, view.site.id)
    return view, listed((one for one in rows if one.place or view.country in ("", one.country)), exams)


def _undone(request: HttpRequest, site: int, kind: Kind, batch: str) -> HttpResponse:
    decisions.undo(_scope(request).at(site), kind, batch, actor_of(request))
    return redirect(_address(site))


def _address(site: int, key: str = "") -> str:
    return f"{reverse('levels')}?{urlencode({'site': site})}{f'#{key}' if key else ''}"


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return scope


routes = [
    path("levels/", levels, name="levels"),
    path("levels/sites/<int:site>/sets", rearrange, name="levels-rearrange"),
    path("levels/sites/<int:site>/confirm", confirm, name="levels-confirm"),
    path("levels/sites/<int:site>/chosen/<slug:batch>/undo", undo_choice, name="levels-undo-choice"),
    path("levels/sites/<int:site>/confirmed/<slug:batch>/undo", undo_confirmation, name="levels-undo-confirmation"),
    *export_routes("levels", "levels", levels_table),
]
