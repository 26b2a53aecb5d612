"""A site's own set of reference levels: typed or from a CSV file, a preview, and adding it. Nothing is kept before that."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.reference.level_cells import CELLS
from doseloop.reference.level_csv import MOST_ROWS, level_text, own_set
from doseloop.reference.levels import level_set
from doseloop.reference.own_levels import Draft, drafted
from doseloop.reference.procedures import catalogue
from doseloop.store.level_sets import add_own, sets_at
from doseloop.web import own_set_form as form
from doseloop.web import own_set_sent as sent
from doseloop.web.actor import actor_of
from doseloop.web.level_rows import by_procedure
from doseloop.web.level_view import LevelView, view_of
from doseloop.web.rights import needs

_TAKEN = "there is a set of this name already, and a set never changes; give this one another name, such as its year"


@needs(Right.LEVELS)
@require_safe
def own_levels(request: HttpRequest) -> HttpResponse:
    """The empty form. `?site=` names the site whose set it is to be."""
    view = view_of(_scope(request), request.GET.dict())
    return _form(request, view, {"authority": view.site.name, "country": "INT"}, {})


@needs(Right.LEVELS)
@require_safe
def more_lines(request: HttpRequest) -> HttpResponse:
    """More empty lines, behind that of the number `?after=`."""
    [after, *_] = (*form.numbers_of(request.GET.getlist("after")), 0)
    lines = form.empty_lines(after)
    return render(request, "doseloop/own_level_lines.html", {"focused": True, **_of_lines(lines, after)})


@needs(Right.LEVELS)
@require_POST
def preview(request: HttpRequest, site: int) -> HttpResponse:
    """What would be added; else the form with what was typed and what is wrong. `act` asks for `more` lines, or to `correct`."""
    view = view_of(_scope(request), {"site": str(site)})
    told, cells, act = sent.told_of(request), sent.typed(request), request.POST.get("act", "")
    try:
        if act == "more":
            return _form(request, view, told, {**cells, **form.empty_cells(max(cells, default=0))})
        if act == "correct":
            return _form(request, view, told, sent.cells_of_text(request.POST.get("text", "")))
        lines, text = sent.lines_of(request, cells)
    except UnusableInput as error:
        return _form(request, view, told, cells, said=str(error))
    draft = drafted(site, sent.own_set_of(request, told), lines)
    wrong = _wrong(view, draft)
    if wrong or draft.faults:
        return _form(request, view, told, cells, draft, wrong)
    return _previewed(request, view, told, text, draft)


@needs(Right.LEVELS)
@require_POST
def add(request: HttpRequest, site: int) -> HttpResponse:
    """Add what the preview showed."""
    view = view_of(_scope(request), {"site": str(site)})
    content = own_set(site, sent.own_set_of(request, sent.told_of(request)), request.POST.get("text", ""))
    made = add_own(view.scope, site, content, actor_of(request))
    messages.success(request, f"{made.title} was added. It is compared with as soon as you choose it.")
    return redirect(reverse("level-set", args=[made.id]) + "?" + urlencode({"site": site}))


@needs(Right.LEVELS)
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """A CSV file of the columns alone, to be filled."""
    headers = {"Content-Disposition": 'attachment; filename="levels-template.csv"'}
    return HttpResponse("\ufeff" + level_text(()), content_type="text/csv; charset=utf-8", headers=headers)


def _form(
    request: HttpRequest,
    view: LevelView,
    told: Mapping[str, str],
    cells: sent.Cells,
    draft: Draft | None = None,
    wrong: Mapping[str, str] | None = None,
    said: str = "",
) -> HttpResponse:
    """The form with what was typed; of a file the faults alone, since a page cannot give a file back."""
    wrong, faults = wrong or {}, draft.faults if draft else ()
    of_form = bool(sent.filled(cells))
    lines = form.shown_lines(cells, faults if of_form else ()) or form.empty_lines(0)
    context: dict[str, Any] = {
        "view": view,
        "told": {one: form.Told(label, told.get(one, ""), wrong.get(one, "")) for one, label in form.TOLD.items()},
        "author": sent.author(request),
        "faults": len(wrong) + (sum(len(one.faults) for one in lines) if of_form else len(faults)),
        "wrong_lines": [one for one in lines if one.faults],
        "said": said,
        "of_file": () if of_form else tuple(one.sentence for one in faults),
        "procedures": sorted((one.key, one.names["en"]) for one in catalogue().procedures.values()),
        "columns": CELLS,
        "most_rows": MOST_ROWS,
        **_of_lines(lines),
    }
    return render(request, "doseloop/own_levels.html", context)


def _of_lines(lines: tuple[form.LineShown, ...], after: int = 0) -> dict[str, Any]:
    return {"lines": lines, "last": max((one.number for one in lines), default=after), "most_lines": form.MOST_LINES}


def _previewed(request: HttpRequest, view: LevelView, told: Mapping[str, str], text: str, draft: Draft) -> HttpResponse:
    made = level_set(draft.content)
    context = {
        "view": view,
        "set": made,
        "told": told,
        "text": text,
        "groups": by_procedure(made),
        "units": view.site.units,
    }
    return render(request, "doseloop/own_levels_preview.html", context)


def _wrong(view: LevelView, draft: Draft) -> dict[str, str]:
    """What is wrong in what is said about the set, by field."""
    is_taken = draft.key in {one.id for one in sets_at(view.scope, view.site.id)}
    return {**({"name": _TAKEN} if is_taken else {}), **draft.told_faults}


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return scope


routes = [
    path("levels/own/", own_levels, name="levels-own"),
    path("levels/own/lines", more_lines, name="levels-own-lines"),
    path("levels/own/template.csv", template, name="levels-own-template"),
    path("levels/sites/<int:site>/own/preview", preview, name="levels-own-preview"),
    path("levels/sites/<int:site>/own", add, name="levels-own-add"),
]
