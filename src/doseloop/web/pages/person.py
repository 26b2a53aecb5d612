"""One operator or physician: figures beside the others', names as they were typed, and what the name is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.facts.people import work_by_person
from doseloop.report.table import Table
from doseloop.store import person_merging
from doseloop.store.person_merging import ONE, SHARED
from doseloop.store.staff_list import staff_name, staff_names
from doseloop.web.actor import actor_of
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.people_lists import exams_by_name
from doseloop.web.person_view import controls, figures, view_of
from doseloop.web.rights import needs
from doseloop.web.tables import page_table


@needs(Right.PEOPLE)
@require_safe
def person(request: HttpRequest, person: int) -> HttpResponse:
    """The page. A name that is merged tells into which."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    name = staff_name(scope, person)
    work = work_by_person(the_facts(), scope).get(name.whom)
    view = view_of(request.GET.dict(), work)
    others = [one for one in staff_names(scope) if one.site == name.site and one.whom != name.whom and not one.merged]
    counted = exams_by_name(scope)
    context: dict[str, Any] = {
        "name": name,
        "whom": staff_name(scope, name.whom),
        "work": work,
        "view": view,
        "table": page_table(
            figures(scope, name.whom, view), export_links(request, "person-figures", person, right=Right.PEOPLE)
        ),
        **controls(request, view),
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


def _file(request: HttpRequest, person: int) -> Table:
    scope: Scope = request.access  # type: ignore[attr-defined]
    name = staff_name(scope, person)
    view = view_of(request.GET.dict(), work_by_person(the_facts(), scope).get(name.whom))
    return figures(scope, name.whom, view)


routes = [
    path("people/<int:person>/", person, name="person"),
    path("people/<int:person>/judge", judge, name="person-judge"),
    *export_routes("people/<int:person>/figures", "person-figures", _file, right=Right.PEOPLE),
]
