"""Names of scanners that no procedure is known for: suggestions, what accepting them would move, and how to take it back."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.report.table import Table
from doseloop.store import decisions, name_mapping
from doseloop.store.name_mapping import NAMES, Wish
from doseloop.web import name_tables
from doseloop.web.actor import actor_of
from doseloop.web.clock import today_here
from doseloop.web.decision_lists import told
from doseloop.web.exports import export_links, export_routes
from doseloop.web.recent import YEAR, days_of, spans
from doseloop.web.rights import needs

SHOWN = 200
"""Names on the page, each with a choice of procedures; the file has all."""
MOST_BYTES, MOST_NAMES = 1_000_000, 500
"""Of a file: mapping them is one transaction, for which receivers wait."""
_DIGITS = 9


@needs(Right.SEE)
@require_safe
def names(request: HttpRequest) -> HttpResponse:
    """The page. `?choose=sure` ticks every name whose suggestion is sure."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    found = name_mapping.unmapped(scope, _since(request))
    context: dict[str, Any] = {
        "names": name_tables.listed(found[:SHOWN], chosen=request.GET.get("choose", "")),
        "all": len(found),
        "coverage": name_tables.coverage(found),
        "batches": told(decisions.history(scope, NAMES), name_mapping.procedure_names(), "no procedure"),
        "moving": decisions.outdated_count(scope),
        "pending": name_mapping.pending_count(scope),
        "exports": export_links(request, "names"),
        "may_name": Right.NAME in request.rights,  # type: ignore[attr-defined]
        "spans": spans(request),
        "is_year": days_of(request) == YEAR,
        "choices": _choices(request),
    }
    return render(request, "doseloop/names.html", context)


@needs(Right.NAME)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the chosen names, or those of a CSV file, would move."""
    upload = request.FILES.get("file")
    wishes = tuple(_of_file(upload) if isinstance(upload, UploadedFile) else _wishes(request))
    if not wishes:
        raise UnusableInput("Choose at least one name, and the procedure that it means.")
    if len(wishes) > MOST_NAMES:
        raise UnusableInput(f"The file names {len(wishes)} procedures. Give {MOST_NAMES} lines at a time.")
    moves = name_mapping.preview(request.access, wishes)  # type: ignore[attr-defined]
    return render(request, "doseloop/names_preview.html", {"moves": moves, "exams": sum(one.exams for one in moves)})


@needs(Right.NAME)
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Map the names; the worker moves their exams within seconds."""
    name_mapping.map_names(request.access, _wishes(request), actor_of(request))  # type: ignore[attr-defined]
    return redirect("names")


@needs(Right.NAME)
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Give the names of a change back what they meant before."""
    decisions.undo(request.access, NAMES, batch, actor_of(request))  # type: ignore[attr-defined]
    return redirect("names")


def _choices(request: HttpRequest) -> dict[str, str]:
    """Addresses that tick what is sure, and every suggestion."""
    return {
        "sure": "?" + urlencode({**request.GET.dict(), "choose": "sure"}),
        "any": "?" + urlencode({**request.GET.dict(), "choose": "any"}),
    }


def _since(request: HttpRequest) -> str:
    return (today_here() - timedelta(days=days_of(request))).isoformat()


def _wishes(request: HttpRequest) -> Iterator[Wish]:
    """Of each line that is ticked `line` holds its number, and `site`, `modality`, `written` and `procedure` what it says."""
    given = request.POST
    for line in given.getlist("line"):
        procedure = given.get(f"procedure-{line}", "")
        if procedure:
            modality, written = given.get(f"modality-{line}", ""), given.get(f"written-{line}", "")
            yield Wish(_number(given.get(f"site-{line}")), modality, written, procedure)


def _of_file(file: "UploadedFile[bytes]") -> Iterator[Wish]:
    """The columns `site`, `modality`, `name` and `procedure` of a CSV file as the page gives it; lines without a procedure are
    passed over."""
    if (file.size or 0) > MOST_BYTES:
        raise UnusableInput("The file is longer than 1 MB: it is no list of names.")
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableInput("The file is not in UTF-8. Save it as CSV UTF-8.") from None
    try:
        yield from _of_rows(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        raise UnusableInput(f"The file is no CSV ({error}).") from None


def _of_rows(rows: "csv.DictReader[str]") -> Iterator[Wish]:
    missing = {"Site", "Modality", "Name", "Procedure"} - set(rows.fieldnames or ())
    if missing:
        raise UnusableInput(
            f"The file lacks the column {', '.join(sorted(missing))}. Take the page's own file as a start."
        )
    for row in rows:
        if row["Procedure"]:
            yield Wish(
                _number(row["Site"]), row["Modality"] or "", (row["Name"] or "").removeprefix("'"), row["Procedure"]
            )


def _number(text: str | None) -> int:
    if not text or not text.isdecimal() or len(text) > _DIGITS:
        raise UnusableInput(f"{(text or '')[:_DIGITS]!r} is no number of a site.")
    return int(text)


def _table(request: HttpRequest) -> Table:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return name_tables.as_file(name_mapping.unmapped(scope, _since(request)))


routes = [
    path("procedures/names/", names, name="names"),
    path("procedures/names/preview", preview, name="names-preview"),
    path("procedures/names/accept", accept, name="names-accept"),
    path("procedures/names/<slug:batch>/undo", undo, name="names-undo"),
    *export_routes("procedures/names", "names", _table),
]
