"""One's own figures: for an account that is a person, whatever the site shows others."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.facts.people import work_by_person
from doseloop.store.own_person import OwnPerson, own_people
from doseloop.web.facts import the_facts
from doseloop.web.person_view import controls, figures, view_of
from doseloop.web.rights import needs
from doseloop.web.tables import page_table


@needs(Right.SIGNED_IN)
@require_safe
def own_figures(request: HttpRequest) -> HttpResponse:
    """The page; `?site=` chooses where somebody works at several sites."""
    found = own_people(request.access, request.user.pk)  # type: ignore[attr-defined, arg-type]
    if not found:
        return render(request, "doseloop/own_figures.html", {"own": None})
    own = next((one for one in found if str(one.site) == request.GET.get("site")), found[0])
    scope = _scope(own)
    work = work_by_person(the_facts(), scope).get(own.whom)
    view = view_of(request.GET.dict(), work)
    context = {
        "own": own,
        "sites": found,
        "work": work,
        "table": page_table(figures(scope, own.whom, view)),
        "least": settings.DOSELOOP.people_least_exams,
        **controls(request, view),
    }
    return render(request, "doseloop/own_figures.html", context)


def _scope(own: OwnPerson) -> Scope:
    """The person's site with its staff: what leaves it are figures of the person and medians of others, never a name."""
    return Scope(sites=frozenset({own.site}), identity=False, operators=True)


routes = [path("people/me/", own_figures, name="own-figures")]
