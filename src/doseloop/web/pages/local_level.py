"""One local level: all that was frozen with it, and how it stands."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.local_level import FrozenValues
from doseloop.model.quantities import QUANTITIES
from doseloop.reference.procedures import catalogue
from doseloop.report.table import Table
from doseloop.store import decisions
from doseloop.store.audit import Seen
from doseloop.store.exam_detail import current_identities
from doseloop.store.exam_patients import patients_of
from doseloop.store.local_level_standing import LOCAL, withdraw
from doseloop.store.local_levels import LocalLevelShown, local_level, values_of
from doseloop.store.site_list import display_units
from doseloop.web import local_level_tables
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.clock import today_here
from doseloop.web.computed_note import computed_note
from doseloop.web.exports import export_links, export_routes
from doseloop.web.local_level_rooms import room_bars
from doseloop.web.local_level_view import group_of_address
from doseloop.web.pages.local_levels import history_said
from doseloop.web.paging import page_number
from doseloop.web.rights import may, needs
from doseloop.web.tables import page_table

PAGE = 50


@needs(Right.SEE)
@require_safe
def local_level_page(request: HttpRequest, level: int) -> HttpResponse:
    """The page; `?page=` chooses some of the values."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    shown = local_level(scope, level)
    frozen, values = shown.intact, values_of(scope, level)
    number = page_number(request.GET.dict(), len(values), PAGE)
    start = (number - 1) * PAGE
    state, tone = local_level_tables.state_of(shown, today_here())
    units = display_units(scope)
    context: dict[str, Any] = {
        "shown": shown,
        "level": frozen,
        "quantity": QUANTITIES[frozen.of.quantity],
        "computed": computed_note(frozen.of.quantity),
        "procedure": catalogue().name_of(frozen.of.procedure),
        "said": local_level_tables.of_said(frozen.of),
        "before": _name(scope, frozen.replaces),
        "after": _name(scope, shown.replaced_by),
        "state": state,
        "tone": tone,
        "units": units,
        "rooms": room_bars(frozen.rooms, frozen.of.quantity, frozen.value, units),
        "table": page_table(
            _values_table(request, shown, values, start, start + PAGE),
            export_links(request, "local-level-values", level),
        ),
        "total": len(values),
        "used": sum(values.used),
        "start": start + 1,
        "end": min(start + PAGE, len(values)),
        "previous": f"?page={number - 1}" if number > 1 else "",
        "next": f"?page={number + 1}" if number * PAGE < len(values) else "",
        "batches": history_said(decisions.history(scope, LOCAL, about=Q(subject=str(level)))),
        "may_set": may(request, Right.LEVELS, shown.site),
        "replace": f"{reverse('local-level-set')}?{urlencode(group_of_address(frozen.of, shown.site))}",
    }
    note_sight(request, f"local level {level}", _seen(scope, values, start, start + PAGE))
    return render(request, "doseloop/local_level.html", context)


@needs(Right.LEVELS)
@require_POST
def withdraw_level(request: HttpRequest, level: int) -> HttpResponse:
    """Let it hold no more, because of `why`."""
    withdraw(request.access, level, request.POST.get("why", ""), actor_of(request))  # type: ignore[attr-defined]
    return redirect("local-level", level)


def _name(scope: Scope, key: int | None) -> str:
    """What the level of that key is called; its number where it was changed since."""
    level = None if key is None else local_level(scope, key).level
    return level.name if level else f"local level {key}"


def _values_table(
    request: HttpRequest, shown: LocalLevelShown, values: FrozenValues, start: int = 0, end: int | None = None
) -> Table:
    scope: Scope = request.access  # type: ignore[attr-defined]
    whose = patients_of(scope, values.exam[start:end])
    known = current_identities(scope, {one.patient for one in whose.values()})
    return local_level_tables.values(scope, shown.intact, values.rows(start, end), display_units(scope), whose, known)


def _table(request: HttpRequest, level: int) -> Table:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return _values_table(request, local_level(scope, level), values_of(scope, level))


def _patients(request: HttpRequest, level: int) -> set[Seen]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return _seen(scope, values_of(scope, level))


def _seen(scope: Scope, values: FrozenValues, start: int = 0, end: int | None = None) -> set[Seen]:
    return set(patients_of(scope, values.exam[start:end]).values())


routes = [
    path("levels/local/<int:level>/", local_level_page, name="local-level"),
    path("levels/local/<int:level>/withdraw", withdraw_level, name="local-level-withdraw"),
    *export_routes("levels/local/<int:level>/values", "local-level-values", _table, _patients),
]
