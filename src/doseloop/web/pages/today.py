"""Today: what came in, what is flagged, which scanner has gone quiet, what was refused or could not be read."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.facts.today import Day, day
from doseloop.model.errors import SetupError
from doseloop.report.table import Column, Row, Table
from doseloop.store import arrivals, flags, object_list, peers, scanner_list, site_list
from doseloop.store.audit import Seen
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.charts import day as day_chart
from doseloop.web.clock import now_here, today_here
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.pages.flags import seen
from doseloop.web.rights import needs
from doseloop.web.scanner_labels import labelled
from doseloop.web.tables import page_table

_LOOKED_BACK = timedelta(days=7)
_NOTED_AGAIN = timedelta(minutes=15)


@needs(Right.SEE)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _shown(request, "doseloop/today.html", {**_live(request), **_rest(request)})


@needs(Right.SEE)
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The part of the page that moves."""
    return _shown(request, "doseloop/today_live.html", _live(request))


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page, whose rows about patients are noted: once in a while, since it fetches itself every few seconds."""
    coming = {Seen(one.patient_key, one.site_id) for one in context["arrivals"]}
    in_trouble = object_list.patients_of(request.access, context.get("trouble", ()))  # type: ignore[attr-defined]
    note_sight(request, "today", coming | seen(context["flags"]) | in_trouble, once_within=_NOTED_AGAIN)
    return render(request, template, context)


def _live(request: HttpRequest) -> dict[str, Any]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    names = scanner_list.scanner_names(scope)
    scanners = [replace(one, name=names[one.id]) for one in scanner_list.scanner_states(scope, _silent_after())]
    figures = _figures_or_none(scope)
    return {
        "units": site_list.display_units(scope),
        "now": now_here(),
        "day": figures,
        "objects_today": object_list.arrived_since(scope, _midnight()),
        "without_dose_today": object_list.without_dose_since(scope, _midnight()),
        "arrivals": arrivals.arrivals(scope),
        "new_since": timezone.now() - timedelta(seconds=8),
        "flags": flags.flag_list(scope, state="open", most=5),
        "count_open": flags.count_open(scope),
        "backlog": object_list.backlog(scope),
        "scanners": scanners,
        "silent": [scanner for scanner in scanners if scanner.silent],
        "chart": day_chart.option(figures, names, now_here().hour) if figures else None,
        "hours": page_table(_hours(figures), export_links(request, "today-hours")) if figures else None,
    }


def _rest(request: HttpRequest) -> dict[str, Any]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return {
        "silent_hours": settings.DOSELOOP.silent_hours,
        "trouble": object_list.in_trouble(scope, _LOOKED_BACK),
        "refused": peers.refusals(scope, _LOOKED_BACK),
        "decided": peers.decisions(scope),
        "may_set_up": Right.SET_UP in request.rights,  # type: ignore[attr-defined]
        "sites": site_list.sites(scope),
    }


@needs(Right.SET_UP)
@require_POST
def decide_peer(request: HttpRequest) -> HttpResponse:
    """Admit or ignore a peer that was turned away, or take that back."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    given = request.POST
    ae, host, verdict = (given.get(name, "").strip() for name in ("ae", "host", "verdict"))
    if verdict == "undecided":
        peers.take_back(scope, ae, host, actor_of(request))
    else:
        peers.decide(scope, ae, host, verdict, actor_of(request))
    return redirect(f"{reverse('today')}#h-refused")


def hours_table(request: HttpRequest) -> Table:
    """Exams of the day by hour and scanner."""
    return _hours(_figures(request.access))  # type: ignore[attr-defined]


def _figures(scope: Scope) -> Day:
    found = day(the_facts(), scope, today_here())
    return replace(found, hours=labelled(found.hours, scanner_list.scanner_names(scope)))


def _figures_or_none(scope: Scope) -> Day | None:
    """None where figures cannot be read: flags, arrivals and silence are still to be seen then."""
    try:
        return _figures(scope)
    except SetupError as error:
        structlog.get_logger().error("figures cannot be read", why=str(error))
        return None


def _hours(figures: Day) -> Table:
    names = dict(sorted(((count.scanner, count.scanner_name) for count in figures.hours), key=lambda one: one[1]))
    counts = {(count.hour, count.scanner): count.exams for count in figures.hours}
    columns = (Column("hour", "Hour"), *(Column(f"scanner-{key}", name, "number") for key, name in names.items()))
    rows = (
        Row((f"{hour:02}:00", *(counts.get((hour, key), 0) for key in names)))
        for hour in sorted({count.hour for count in figures.hours})
    )
    return Table(f"exams-{figures.date.isoformat()}", "Exams by hour", columns, rows)


def _silent_after() -> timedelta:
    return timedelta(hours=settings.DOSELOOP.silent_hours)


def _midnight() -> datetime:
    return now_here().replace(hour=0, minute=0, second=0, microsecond=0)


routes = [
    path("", today, name="today"),
    path("today/live", live, name="today-live"),
    path("today/peer", decide_peer, name="today-peer"),
    *export_routes("today/hours", "today-hours", hours_table),
]
