"""One scanner: what its objects say of it, its timeline and usual hours, its other names, and what people changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.assess.heartbeat import LEAST_EXAMS, LEAST_WEEKS
from doseloop.model.errors import UnusableInput
from doseloop.report.table import Column, Row, Table
from doseloop.store import (
    calibrations,
    decisions,
    drifts,
    protocol_changes,
    scanner_list,
    scanner_merging,
    scanner_naming,
    site_list,
    timeline,
)
from doseloop.store.heartbeats import Heartbeat, heartbeat_of
from doseloop.store.timeline import Entry, EntryKind, Written
from doseloop.web.actor import actor_of
from doseloop.web.calibration_tables import holding_on
from doseloop.web.clock import today_here
from doseloop.web.exports import export_links, export_routes
from doseloop.web.protocol_tables import changes_table, copies_table
from doseloop.web.rights import may, needs
from doseloop.web.scanner_history import KINDS, steps
from doseloop.web.tables import page_table
from doseloop.web.usual_week import day_rows, week_table, worked

_DIGITS = 18
_DISPLAY_KERMA = frozenset(("RF", "XA", "DX", "PX"))
_LEAST_WEEKS = round(LEAST_WEEKS)


@needs(Right.SEE)
@require_safe
def scanner(request: HttpRequest, scanner: int) -> HttpResponseBase:
    """The page. Another name of a scanner leads to that scanner."""
    scope = _scope(request)
    root = scanner_merging.root_of(scope, scanner)
    if root != scanner:
        return redirect("scanner", root)
    shown = scanner_list.scanner_state(scope, scanner, timedelta(hours=settings.DOSELOOP.silent_hours))
    names = scanner_list.scanner_names(scope)
    context = {
        "scanner": replace(shown, name=names[scanner]),
        "given_name": shown.name,
        **_life(heartbeat_of(scope, scanner)),
        **_factors(scope, scanner, shown.modality),
        "drifting": len(drifts.standing(scope, scanner)),
        "entries": timeline.timeline(scope, scanner),
        "names": scanner_merging.names_in_objects(scope, scanner),
        "suggestions": _suggested(scope, scanner, names),
        "may_join": {key: names[key] for key in names if key in scanner_merging.may_join(scope, scanner)},
        "steps": steps(scope, scanner, _every_name(scope, names, scanner)),
        "kinds": [str(kind) for kind in EntryKind],
        "today": today_here().isoformat(),
        "moving": decisions.pending(scope, scanner_merging.MERGED).exists() or decisions.outdated_count(scope),
        "may_name": may(request, Right.NAME, shown.site),
        **_protocols(request, scanner),
        "timeline_exports": export_links(request, "scanner-timeline", scanner),
        "hours_exports": export_links(request, "scanner-hours", scanner),
    }
    return render(request, "doseloop/scanner.html", context)


@needs(Right.NAME)
@require_POST
def name(request: HttpRequest, scanner: int) -> HttpResponse:
    """Call it so."""
    scanner_naming.rename(_scope(request), scanner, request.POST.get("name", ""), actor_of(request))
    return redirect("scanner", scanner)


@needs(Right.NAME)
@require_POST
def add_entry(request: HttpRequest, scanner: int) -> HttpResponse:
    """Write something into its timeline."""
    scanner_merging.root_of(_scope(request), scanner)
    timeline.write_down(_scope(request), scanner, _written(request), actor_of(request))
    return redirect("scanner", scanner)


@needs(Right.NAME)
@require_POST
def change_entry(request: HttpRequest, scanner: int) -> HttpResponse:
    """Correct an entry, or remove it."""
    scanner_merging.root_of(_scope(request), scanner)
    given = request.POST
    written = None if given.get("act") == "remove" else _written(request)
    timeline.correct(_scope(request), scanner, given.get("entry", ""), written, actor_of(request))
    return redirect("scanner", scanner)


@needs(Right.NAME)
@require_POST
def preview(request: HttpRequest, scanner: int) -> HttpResponse:
    """What making another scanner a name of this one would move."""
    scanner_merging.root_of(_scope(request), scanner)
    merge = scanner_merging.preview(_scope(request), _other(request), scanner)
    return render(request, "doseloop/scanner_merge.html", {"merge": merge})


@needs(Right.NAME)
@require_POST
def accept(request: HttpRequest, scanner: int) -> HttpResponse:
    """Make another scanner a name of this one; the worker moves its exams within moments."""
    scanner_merging.root_of(_scope(request), scanner)
    scanner_merging.merge(_scope(request), _other(request), scanner, actor_of(request))
    return redirect("scanner", scanner)


@needs(Right.NAME)
@require_POST
def undo(request: HttpRequest, scanner: int) -> HttpResponse:
    """Take a change back."""
    scanner_merging.root_of(_scope(request), scanner)
    kind = KINDS.get(request.POST.get("kind", ""))
    if kind is None:
        raise UnusableInput("There is no such kind of change.")
    decisions.undo(_scope(request), kind, request.POST.get("batch", ""), actor_of(request))
    return redirect("scanner", scanner)


def timeline_table(request: HttpRequest, scanner: int) -> Table:
    """The timeline, for a file."""
    columns = (
        Column("on", "Day"),
        Column("kind", "Kind"),
        Column("note", "Note"),
        Column("source", "Source"),
        Column("until", "Last study that says so"),
    )
    found = timeline.timeline(_scope(request), scanner)
    return Table(f"timeline-of-scanner-{scanner}", "Timeline", columns, (_row(one) for one in found))


def hours_table(request: HttpRequest, scanner: int) -> Table:
    """Its usual week, for a file."""
    root = scanner_merging.root_of(_scope(request), scanner)
    return week_table(heartbeat_of(_scope(request), root).usual, f"hours-of-scanner-{scanner}")


def _row(one: Entry) -> Row:
    return Row((one.on, str(one.kind), one.note, one.source, one.until))


def _life(beat: Heartbeat) -> dict[str, Any]:
    """What is known of its usual hours, or that too little is."""
    usual = beat.usual
    return {
        "usual": usual,
        "silence": beat.silence,
        "week": day_rows(usual) if usual else (),
        "worked": worked(usual) if usual else "",
        "told_after": round(usual.hours_until_told()) or 1 if usual else None,
        "silent_hours": settings.DOSELOOP.silent_hours,
        "least_weeks": _LEAST_WEEKS,
        "least_exams": LEAST_EXAMS,
    }


def _factors(scope: Scope, scanner: int, modality: str) -> dict[str, Any]:
    """How many factors hold today, of a scanner that displays kerma."""
    if modality not in _DISPLAY_KERMA:
        return {}
    found = calibrations.calibrations_of(scope, scanner)
    return {"displays_kerma": True, "factors": len(holding_on(found, today_here().isoformat()))}


def _protocols(request: HttpRequest, scanner: int) -> dict[str, Any]:
    """Protocols that were changed here, and those that another scanner sets otherwise."""
    return {
        "protocol_changes": page_table(changes_of(request, scanner)),
        "protocol_copies": page_table(copies_of(request, scanner)),
        "change_exports": export_links(request, "scanner-protocol-changes", scanner),
        "copy_exports": export_links(request, "scanner-protocol-copies", scanner),
        "told_days": protocol_changes.TOLD_FOR.days,
    }


def changes_of(request: HttpRequest, scanner: int) -> Table:
    """Changes of its protocols."""
    scope = _scope(request)
    root = scanner_merging.root_of(scope, scanner)
    return changes_table(scanner, protocol_changes.of_scanner(scope, root), site_list.display_units(scope))


def copies_of(request: HttpRequest, scanner: int) -> Table:
    """Its protocols that another scanner sets otherwise."""
    scope = _scope(request)
    return copies_table(scanner, protocol_changes.copies(scope, scanner_merging.root_of(scope, scanner)))


def _suggested(scope: Scope, scanner: int, names: dict[int, str]) -> list[dict[str, Any]]:
    found = (one for one in scanner_merging.suggested(scope) if scanner in (one.scanner, one.into))
    others = ((one.into if one.scanner == scanner else one.scanner, one.evidence) for one in found)
    return [{"scanner": other, "name": names[other], "evidence": evidence} for other, evidence in others]


def _every_name(scope: Scope, names: dict[int, str], scanner: int) -> dict[int, str]:
    """Those of other names of the scanner too."""
    return {**names, **{one.scanner: one.name for one in scanner_merging.names_in_objects(scope, scanner)}}


def _written(request: HttpRequest) -> Written:
    given = request.POST
    return Written(given.get("on", ""), given.get("kind", ""), given.get("note", "").strip())


def _other(request: HttpRequest) -> int:
    text = request.POST.get("other", "")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise UnusableInput("Choose the scanner that is another name of this one.")
    return int(text)


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return scope


routes = [
    path("scanners/<int:scanner>/", scanner, name="scanner"),
    path("scanners/<int:scanner>/name", name, name="scanner-name"),
    path("scanners/<int:scanner>/timeline", add_entry, name="scanner-entry"),
    path("scanners/<int:scanner>/timeline/change", change_entry, name="scanner-entry-change"),
    path("scanners/<int:scanner>/merge/preview", preview, name="scanner-merge-preview"),
    path("scanners/<int:scanner>/merge", accept, name="scanner-merge"),
    path("scanners/<int:scanner>/undo", undo, name="scanner-undo"),
    *export_routes("scanners/<int:scanner>/timeline", "scanner-timeline", timeline_table),
    *export_routes("scanners/<int:scanner>/protocol-changes", "scanner-protocol-changes", changes_of),
    *export_routes("scanners/<int:scanner>/protocol-copies", "scanner-protocol-copies", copies_of),
    *export_routes("scanners/<int:scanner>/hours", "scanner-hours", hours_table),
]
