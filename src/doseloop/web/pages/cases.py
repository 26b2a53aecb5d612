"""The cases that people follow: mine, open, overdue, closed, all."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.report.table import Column, Row, Table
from doseloop.store.case_list import SHOWS, CaseRow, case_list, count_by_show
from doseloop.store.site_list import sites
from doseloop.web.case_effect import short
from doseloop.web.case_effect import tone_of as effect_tone
from doseloop.web.case_words import days_said, tone_of
from doseloop.web.clock import day_shown
from doseloop.web.exports import export_links, export_routes
from doseloop.web.paging import page_number
from doseloop.web.rights import needs
from doseloop.web.tables import page_table

PAGE = 50
_COLUMNS = (
    Column("title", "Case"),
    Column("state", "State", "state"),
    Column("effect", "Effect", "state"),
    Column("owner", "Owner"),
    Column("due", "Due"),
    Column("classification", "Classification"),
    Column("cause", "Cause"),
    Column("flags", "Flags", "number"),
    Column("actions", "Actions", "number"),
    Column("site", "Site"),
    Column("opened", "Opened", "time"),
)
_OF_EFFECT = (
    Column("change", "Change", "number", "%"),
    Column("low", "95 % interval from", "number", "%"),
    Column("high", "95 % interval to", "number", "%"),
    Column("expected", "Expected", "number", "%"),
    Column("before", "Exams before", "number"),
    Column("after", "Exams since", "number"),
    Column("looked_at", "Looked at", "time"),
)
"""In files alone: a page says them in a sentence."""


@needs(Right.SEE)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """The list. It names no patient."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    show, site = _asked(request)
    counts = count_by_show(scope, request.user.pk, site=site)
    number = page_number(request.GET.dict(), counts[show], PAGE)
    found = case_list(scope, show, request.user.pk, site=site, start=(number - 1) * PAGE, most=PAGE)
    context: dict[str, Any] = {
        "table": page_table(Table("cases", "Cases", _COLUMNS, map(_row, found)), export_links(request, "cases")),
        "chosen": show,
        "shows": [(one, counts[one], _address(one, site)) for one in SHOWS],
        "sites": sites(scope),
        "site": site,
        "total": counts[show],
        "start": (number - 1) * PAGE + 1,
        "end": (number - 1) * PAGE + len(found),
        "previous": _address(show, site, number - 1) if number > 1 else "",
        "next": _address(show, site, number + 1) if number * PAGE < counts[show] else "",
    }
    return render(request, "doseloop/cases.html", context)


def cases_table(request: HttpRequest) -> Table:
    """All cases of the list that the address names."""
    show, site = _asked(request)
    found = case_list(request.access, show, request.user.pk, site=site)  # type: ignore[attr-defined]
    return Table("cases", "Cases", (*_COLUMNS, *_OF_EFFECT), map(_whole_row, found))


def _asked(request: HttpRequest) -> tuple[str, int | None]:
    """The list and the site of the address; what is not known there is passed over."""
    show, site = request.GET.get("show", "open"), request.GET.get("site", "")
    known = {str(one.id): one.id for one in sites(request.access)}  # type: ignore[attr-defined]
    return show if show in SHOWS else "open", known.get(site)


def _address(show: str, site: int | None, page: int = 1) -> str:
    pairs = {"show": show, "site": site, "page": page if page > 1 else None}
    return "?" + urlencode({name: value for name, value in pairs.items() if value})


def _whole_row(one: CaseRow) -> Row:
    look = one.look
    if look is None:
        return Row((*_row(one).values, *(None for _ in _OF_EFFECT)))
    changes = (None if value is None else 100 * value for value in (look.change, look.low, look.high, look.expected))
    return Row((*_row(one).values, *changes, look.before, look.after, look.at))


def _row(one: CaseRow) -> Row:
    due = {"due": days_said(one.days_left)} if one.days_left is not None else {}
    notes = {**due, "title": f"case {one.id}", "cause": one.cause_note[:80], "effect": short(one.look)}
    if one.report_days_left is not None and one.report_by:
        notes["classification"] = f"report by {day_shown(one.report_by)}: {days_said(one.report_days_left)}"
    return Row(
        (
            one.title, one.state, one.effect, one.owner, one.due, one.classification, one.cause, one.flags, one.actions,
            one.site_name, one.opened_at,
        ),
        links={"title": reverse("case", args=[one.id])},
        tones={
            "state": tone_of(one.state), "effect": effect_tone(one.effect),
            **({"due": "above"} if (one.days_left or 0) < 0 else {}),
        },
        notes=notes,
    )  # fmt: skip


routes = [path("cases/", cases, name="cases"), *export_routes("cases", "cases", cases_table)]
