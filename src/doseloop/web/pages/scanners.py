"""Scanners: what they are, how many exams they have, when they last sent something."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.report.table import Column, Row, Table
from doseloop.store.scanner_list import ScannerState, scanner_states
from doseloop.web.clock import ago
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import needs
from doseloop.web.tables import page_table

_COLUMNS = (
    Column("name", "Scanner"),
    Column("site", "Site"),
    Column("modality", "Modality"),
    Column("model", "Maker and model"),
    Column("station", "Station"),
    Column("serial", "Serial number"),
    Column("software", "Software"),
    Column("exams", "Exams", "number"),
    Column("last", "Last object", "time"),
    Column("state", "State", "state"),
)
_REPORTS = Column("reports", "Dose reports")
"""Of the page alone: leads to what is wrong with them."""


@needs(Right.SEE)
@require_safe
def scanners(request: HttpRequest) -> HttpResponse:
    """The page."""
    listed = scanners_table(request)
    with_reports = replace(listed, columns=(*listed.columns, _REPORTS), rows=map(_with_reports, listed.rows))
    table = page_table(with_reports, export_links(request, "scanners"))
    return render(request, "doseloop/scanners.html", {"table": table, "silent_hours": settings.DOSELOOP.silent_hours})


def scanners_table(request: HttpRequest) -> Table:
    """All scanners of the scope, those that have been quiet for longest first."""
    silent_after = timedelta(hours=settings.DOSELOOP.silent_hours)
    found = scanner_states(request.access, silent_after)  # type: ignore[attr-defined]
    return Table("scanners", "Scanners", _COLUMNS, (_row(one) for one in found))


def _with_reports(row: Row) -> Row:
    return replace(row, values=(*row.values, "What is wrong"))


def _row(one: ScannerState) -> Row:
    model = " ".join(word for word in (one.manufacturer, one.model) if word)
    return Row(
        (
            one.name,
            one.site_name,
            one.modality,
            model,
            one.station_name,
            one.serial_number,
            one.software_versions,
            one.exams,
            one.last_object_at,
            "silent" if one.silent else "sending",
        ),
        links={
            "name": reverse("scanner", args=[one.id]),
            "exams": f"{reverse('exams')}?scanner={one.id}",
            "reports": reverse("scanner-reports", args=[one.id]),
        },
        tones={"state": "caution" if one.silent else "good"},
        notes={
            "last": ago(one.last_object_at),
            "state": ("by its usual hours" if one.knows_hours else "by the fixed time") if one.silent else "",
            "station": f"and {one.names - 1} other" if one.names > 1 else "",
        },
    )


routes = [path("scanners/", scanners, name="scanners"), *export_routes("scanners", "scanners", scanners_table)]
