"""The switch by which a site shows its operators and physicians, for who sets up. Shows nobody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import RIGHTS, Right
from doseloop.store import sites
from doseloop.web.actor import actor_of
from doseloop.web.rights import needs


@needs(Right.SET_UP)
@require_safe
def people_sites(request: HttpRequest) -> HttpResponse:
    """The page: each site with its switch."""
    context = {
        "sites": sites.people_switches(request.access),  # type: ignore[attr-defined]
        "roles": [role.value for role, rights in RIGHTS.items() if Right.PEOPLE in rights],
    }
    return render(request, "doseloop/people_sites.html", context)


@needs(Right.SET_UP)
@require_POST
def switch(request: HttpRequest, site: int) -> HttpResponse:
    """Show a site's people, or show them no longer."""
    on = request.POST.get("on") == "yes"
    sites.switch_people(request.access, site, actor_of(request), on=on)  # type: ignore[attr-defined]
    return redirect("people-sites")


routes = [
    path("people/sites/", people_sites, name="people-sites"),
    path("people/sites/<int:site>/switch", switch, name="people-switch"),
]
