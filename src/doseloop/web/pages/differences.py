"""Differences between operators at sites that show them: what the last weekly look found. Never a ranking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.report.table import Table
from doseloop.store.audit import record_change
from doseloop.web.actor import actor_of
from doseloop.web.differences_tables import HEIGHT, WIDTH, band, differences_table, left_out_said, panels
from doseloop.web.differences_view import by_quantity, choices, chosen, groups
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import needs


@needs(Right.PEOPLE)
@require_safe
def differences(request: HttpRequest) -> HttpResponse:
    """The page. `?of=` chooses the scanners."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    known = groups(scope)
    group = chosen(request.GET.dict(), known)
    found = by_quantity(scope, group, _least()) if group else {}
    left, width = band()
    context: dict[str, Any] = {
        "group": group,
        "choices": choices(known, group),
        "panels": panels(found),
        "anybody": any(found.values()),
        "left_out": left_out_said(group.look.left_out) if group else "",
        "exports": export_links(request, "differences", right=Right.PEOPLE),
        "picture": {"width": WIDTH, "height": HEIGHT, "middle": WIDTH / 2, "band": left, "band_width": width},
    }
    return render(request, "doseloop/differences.html", context)


def _file(request: HttpRequest) -> Table:
    scope: Scope = request.access  # type: ignore[attr-defined]
    group = chosen(request.GET.dict(), groups(scope))
    if group is None:
        return differences_table(None, {})
    # No patient stands in the file, but people do: that it left the program is worth a row.
    record_change(actor_of(request), "exported", "operator-differences", site=group.site, after={"of": group.key})
    return differences_table(group, by_quantity(scope, group, _least()))


def _least() -> int:
    least: int = settings.DOSELOOP.people_least_exams
    return least


routes = [
    path("people/differences/", differences, name="differences"),
    *export_routes("people/differences/table", "differences", _file, right=Right.PEOPLE),
]
