"""One operator or physician: figures beside the others', names as they were typed, and what the name is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.facts.people import Played, Work, procedures_of, work_by_person
from doseloop.facts.windows import Window
from doseloop.model.errors import UnusableInput
from doseloop.report.table import Table
from doseloop.store import person_merging
from doseloop.store.person_merging import ONE, SHARED
from doseloop.store.site_list import display_units
from doseloop.store.staff_list import StaffName, staff_name, staff_names
from doseloop.web.actor import actor_of
from doseloop.web.clock import today_here
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.people_lists import exams_by_name
from doseloop.web.people_tables import figures_table
from doseloop.web.procedure_view import PERIODS
from doseloop.web.rights import needs
from doseloop.web.tables import page_table


@dataclass(frozen=True, slots=True)
class PersonView:
    """The part played and the period that one looks at, as they stand in the address."""

    played: Played
    days: int


@needs(Right.PEOPLE)
@require_safe
def person(request: HttpRequest, person: int) -> HttpResponse:
    """The page. A name that is merged tells into which."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    name = staff_name(scope, person)
    work = work_by_person(the_facts(), scope).get(name.whom)
    view = _view(request.GET, work)
    others = [one for one in staff_names(scope) if one.site == name.site and one.whom != name.whom and not one.merged]
    counted = exams_by_name(scope)
    context: dict[str, Any] = {
        "name": name,
        "whom": staff_name(scope, name.whom),
        "work": work,
        "view": view,
        "table": page_table(
            _figures(scope, name, view), export_links(request, "person-figures", person, right=Right.PEOPLE)
        ),
        "played": _choices(request, "played", {one.value: f"As {one.value}" for one in Played}, view.played),
        "periods": _choices(request, "days", {str(days): words for days, words in PERIODS.items()}, str(view.days)),
        "typed": [(one, counted.get(one.key, 0)) for one in staff_names(scope) if one.whom == name.whom],
        "others": [one for one in others if one.is_one_person],
        "least": settings.DOSELOOP.people_least_exams,
        "verdict": SHARED if name.is_one_person else ONE,
    }
    return render(request, "doseloop/person.html", context)


@needs(Right.PEOPLE)
@require_POST
def judge(request: HttpRequest, person: int) -> HttpResponse:
    """Say whether a name is one person."""
    person_merging.judge(request.access, person, request.POST.get("verdict", ""), actor_of(request))  # type: ignore[attr-defined]
    return redirect("person", person)


def _figures(scope: Scope, name: StaffName, view: PersonView) -> Table:
    window, least = Window.of_days_until(today_here(), view.days), settings.DOSELOOP.people_least_exams
    found = procedures_of(the_facts(), scope, name.whom, view.played, window, least)
    return figures_table(found, display_units(scope))


def _file(request: HttpRequest, person: int) -> Table:
    scope: Scope = request.access  # type: ignore[attr-defined]
    name = staff_name(scope, person)
    return _figures(scope, name, _view(request.GET, work_by_person(the_facts(), scope).get(name.whom)))


def _view(given: Mapping[str, str], work: Work | None) -> PersonView:
    """Errors: `UnusableInput`, naming the field."""
    usual = Played.PHYSICIAN if work and work.as_physician > work.as_operator else Played.OPERATOR
    played, days = given.get("played") or usual.value, given.get("days") or "365"
    if played not in set(Played):
        raise UnusableInput(f"Somebody is {' or '.join(Played)} in an exam, not “{played[:20]}”.")
    if days not in {str(known) for known in PERIODS}:
        raise UnusableInput(f"The period is one of {', '.join(map(str, PERIODS))} days.")
    return PersonView(Played(played), int(days))


def _choices(request: HttpRequest, field: str, words: Mapping[str, str], chosen: str) -> list[dict[str, object]]:
    kept = request.GET.dict()
    return [
        {"text": text, "address": "?" + urlencode({**kept, field: key}), "chosen": key == chosen}
        for key, text in words.items()
    ]


routes = [
    path("people/<int:person>/", person, name="person"),
    path("people/<int:person>/judge", judge, name="person-judge"),
    *export_routes("people/<int:person>/figures", "person-figures", _file, right=Right.PEOPLE),
]
