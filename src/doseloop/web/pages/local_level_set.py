"""Setting a local level: what it is for, a preview out of the exams as they are, and the name under which it is frozen."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.facts.procedure import procedures
from doseloop.facts.windows import Window
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.quantities import QUANTITIES
from doseloop.reference.procedures import catalogue
from doseloop.report.local_level import Draft, draft
from doseloop.store.exam_detail import SiteShown
from doseloop.store.level_choice import chosen
from doseloop.store.local_level_set import key_of
from doseloop.store.local_level_standing import LONGEST_NAME, LONGEST_NOTE, set_level
from doseloop.store.local_levels import LocalLevelShown, present
from doseloop.store.procedure_list import names
from doseloop.store.site_list import sites
from doseloop.web import local_level_tables
from doseloop.web.actor import actor_of
from doseloop.web.clock import today_here
from doseloop.web.computed_note import computed_note
from doseloop.web.facts import the_facts
from doseloop.web.local_level_rooms import beside, percent_above, room_bars
from doseloop.web.local_level_view import (
    DAYS,
    PER,
    PHANTOMS,
    LocalView,
    address_of,
    groups_of,
    quantities_of,
    view_of,
    with_defaults,
)
from doseloop.web.rights import needs

REVIEW_DAYS = 365
"""After how many days a review is proposed; who sets a level may say another day."""
_DIGITS = 9
_CHANGED = (
    "The exams behind the value changed since you looked at it. This is what it would be now: look at it, then set it."
)


@needs(Right.LEVELS)
@require_safe
def local_level_set(request: HttpRequest) -> HttpResponse:
    """The page: first the procedure, then the group and the preview, all of which stand in the address."""
    return _page(request, request.GET.dict())


@needs(Right.LEVELS)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Set what the preview showed; where the exams changed since, the preview is shown anew and nothing is set."""
    given, scope = request.POST.dict(), request.access  # type: ignore[attr-defined]
    site = _site(scope, given)
    fields = with_defaults(given, chosen(scope, site.id), today_here())
    found = _draft(scope, site, view_of(fields))
    if found.seen != given.get("seen"):
        return _page(request, given, _CHANGED)
    try:
        new = found.frozen(
            given.get("name", ""),
            request.user.get_username(),
            given.get("note", ""),
            _review(given.get("review_on", "")),
        )
        made = set_level(scope, site.id, new, _number(given.get("replaces", "")), actor_of(request))
    except UnusableInput as error:
        return _page(request, given, str(error))
    messages.success(request, f"The level is set. {_compared_with(scope, site.id)}")
    return redirect("local-level", made)


def _compared_with(scope: Scope, site: int) -> str:
    if key_of(site) in {one.id for one in chosen(scope, site)}:
        return "The site compares with its local levels."
    return f"It is compared with once the site chooses the set {key_of(site)}."


def _page(request: HttpRequest, given: Mapping[str, str], refused: str = "") -> HttpResponse:
    scope: Scope = request.access  # type: ignore[attr-defined]
    site = _site(scope, given)
    context: dict[str, Any] = {"sites": sites(scope), "site": site, "units": site.units, "refused": refused}
    if not given.get("procedure"):
        return render(request, "doseloop/local_level_set.html", {**context, **_procedures(scope)})
    sets = chosen(scope, site.id)
    fields = with_defaults(given, sets, today_here())
    context |= _choices(fields, site, sets)
    try:
        view = view_of(fields)
    except UnusableInput as error:
        return render(request, "doseloop/local_level_set.html", {**context, "wrong": str(error)}, status=400)
    context |= _preview(scope, site, view)
    context |= {"name": given.get("name", ""), "note": given.get("note", "")}
    context["review_on"] = given.get("review_on") or (today_here() + timedelta(days=REVIEW_DAYS)).isoformat()
    return render(request, "doseloop/local_level_set.html", context, status=400 if refused else 200)


def _procedures(scope: Scope) -> dict[str, Any]:
    """Those with exams in the last year, the most frequent first, and the others by name."""
    frequent = procedures(the_facts(), scope, Window.of_days_until(today_here(), DAYS))
    with_exams = {one.key for one in frequent}
    return {"frequent": frequent, "others": {key: name for key, name in names().items() if key not in with_exams}}


def _choices(fields: Mapping[str, str], site: SiteShown, sets: Any) -> dict[str, Any]:
    procedure = fields["procedure"]
    known = quantities_of(procedure)
    quantity = fields["quantity"] if fields["quantity"] in known else known[0]
    return {
        "fields": fields, "procedure": procedure, "procedure_name": catalogue().name_of(procedure),
        "quantity": QUANTITIES[quantity], "computed": computed_note(quantity),
        "groups": groups_of(fields["group"], procedure, quantity, sets, settings.DOSELOOP.level_settings),
        "quantities": [QUANTITIES[one] for one in known], "per": PER, "phantoms": PHANTOMS,
        "needs_phantom": QUANTITIES[quantity].needs_phantom,
    }  # fmt: skip


def _preview(scope: Scope, site: SiteShown, view: LocalView) -> dict[str, Any]:
    found = _draft(scope, site, view)
    held = present(scope, site.id, view.of)
    value = found.found.value
    return {
        "draft": found, "value": value, "said": local_level_tables.of_said(view.of),
        "what": "" if value is None else "local level" if found.found.statistic == "p75" else "typical value",
        "rooms": room_bars(found.rooms, view.of.quantity, value, site.units), "present": held,
        "against_present": _against(held, value), "beside": () if value is None else beside(scope, site.id, view.of, value),
        "address": address_of(view, site.id), "longest_name": LONGEST_NAME, "longest_note": LONGEST_NOTE,
        "used_rooms": sum(one.left_out is None for one in found.rooms),
        "used_patients": sum(one.n_patients for one in found.rooms if one.left_out is None),
    }  # fmt: skip


def _against(held: LocalLevelShown | None, value: float | None) -> int | None:
    """By how many percent the value lies above the one in force."""
    return None if held is None or held.level is None or value is None else percent_above(value, held.level.value)


def _draft(scope: Scope, site: SiteShown, view: LocalView) -> Draft:
    return draft(the_facts(), scope, site.id, view.of, view.window, settings.DOSELOOP.level_settings)


def _site(scope: Scope, given: Mapping[str, str]) -> SiteShown:
    known = {str(one.id): one for one in sites(scope)}
    asked = given.get("site", "")
    if asked and asked not in known:
        raise NotVisible("There is no such site.")
    return known[asked] if asked else next(iter(known.values()))


def _review(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnusableInput("Say on which day the level is to be reviewed.") from None


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS:
        raise UnusableInput("The level to be replaced is named by its number.")
    return int(text)


routes = [
    path("levels/local/set/", local_level_set, name="local-level-set"),
    path("levels/local/set/make", make, name="local-level-make"),
]
