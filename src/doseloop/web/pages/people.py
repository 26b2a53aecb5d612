"""Operators and physicians of sites that show them: who did how much, which names are one person, and which are nobody's."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.model.errors import UnusableInput
from doseloop.report.table import Table
from doseloop.store import decisions, person_merging
from doseloop.store.person_merging import PEOPLE, Merge
from doseloop.web.actor import actor_of
from doseloop.web.exports import export_links, export_routes
from doseloop.web.people_lists import history, staff, suggested
from doseloop.web.people_tables import people_table
from doseloop.web.rights import needs
from doseloop.web.tables import page_table

SHOWN = 300
"""Of people and of suggestions on the page; the file has everybody."""
MOST = 500
"""Mergings at a time: they are one transaction, for which receivers wait."""
_DIGITS = 9


@needs(Right.PEOPLE)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The page. `?choose=sure` ticks every suggestion that is sure."""
    everybody = staff(request.access)  # type: ignore[attr-defined]
    offered, open_names = suggested(everybody.persons, request.GET.get("choose", ""))
    links = export_links(request, "people", right=Right.PEOPLE)
    context = {
        "table": page_table(people_table("people", "People", everybody.persons[:SHOWN]), links),
        "persons": len(everybody.persons),
        "shared": page_table(
            people_table("shared-names", "Names that are no person", everybody.shared[:SHOWN]),
            export_links(request, "people-shared", right=Right.PEOPLE),
        ),
        "shared_names": len(everybody.shared),
        "offered": offered[:SHOWN],
        "offers": len(offered),
        "sure": sum(one.confidence == "sure" for one in offered),
        "open_names": open_names,
        "batches": history(request),
    }
    return render(request, "doseloop/people.html", context)


@needs(Right.PEOPLE)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the chosen mergings would do."""
    moves = person_merging.preview(request.access, _merges(request))  # type: ignore[attr-defined]
    return render(request, "doseloop/people_preview.html", {"moves": moves})


@needs(Right.PEOPLE)
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Merge the names; figures follow at once."""
    person_merging.merge(request.access, _merges(request), actor_of(request))  # type: ignore[attr-defined]
    return redirect("people")


@needs(Right.PEOPLE)
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Let names be what they were before a change."""
    decisions.undo(request.access, PEOPLE, batch, actor_of(request))  # type: ignore[attr-defined]
    return redirect("people")


def _merges(request: HttpRequest) -> tuple[Merge, ...]:
    """Of each chosen suggestion `merge` holds the keys of the alias and of the name it is merged into: `12-34`."""
    found = tuple(_read(request.POST.getlist("merge")))
    if not found:
        raise UnusableInput("Choose at least one suggestion.")
    if len(found) > MOST:
        raise UnusableInput(f"These are {len(found)} names. Merge {MOST} at a time.")
    return found


def _read(given: list[str]) -> Iterator[Merge]:
    for text in given:
        alias, _, of = text.partition("-")
        if not all(key.isascii() and key.isdecimal() and len(key) <= _DIGITS for key in (alias, of)):
            raise UnusableInput(f"{text[:20]!r} names no two names.")
        yield Merge(int(alias), int(of))


def _everybody(request: HttpRequest) -> Table:
    return people_table("people", "People", staff(request.access).persons)  # type: ignore[attr-defined]


def _shared(request: HttpRequest) -> Table:
    shared = staff(request.access).shared  # type: ignore[attr-defined]
    return people_table("shared-names", "Names that are no person", shared)


routes = [
    path("people/", people, name="people"),
    path("people/preview", preview, name="people-preview"),
    path("people/accept", accept, name="people-accept"),
    path("people/<slug:batch>/undo", undo, name="people-undo"),
    *export_routes("people", "people", _everybody, right=Right.PEOPLE),
    *export_routes("people/shared", "people-shared", _shared, right=Right.PEOPLE),
]
