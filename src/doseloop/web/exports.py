"""Every table as a file: one view makes CSV and XLSX of the table that the page shows."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path, reverse

from doseloop.access.rights import Right
from doseloop.report.csv import csv_lines
from doseloop.report.table import Table
from doseloop.report.xlsx import write_xlsx
from doseloop.store.audit import record_sight
from doseloop.web.actor import actor_of
from doseloop.web.rights import needs

Build = Callable[..., Table]
Patients = Callable[..., Iterable[int]]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "xlsx")


def export_routes(route: str, name: str, build: Build, patients: Patients | None = None) -> Iterator[URLPattern]:
    """The routes `<route>.csv` and `<route>.xlsx`. `build(request, **arguments)` makes the table within the scope;
    `patients` names (keys) whom its rows show, for the audit.
    """
    for form in FORMATS:
        yield path(f"{route}.{form}", _view(form, build, patients), name=f"{name}-{form}")


def export_links(request: HttpRequest, name: str, *arguments: Any) -> dict[str, str]:
    """Addresses of the files by format, with the query of the page; none where the person may not export."""
    if Right.EXPORT not in request.rights:  # type: ignore[attr-defined]
        return {}
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return {form: reverse(f"{name}-{form}", args=arguments) + query for form in FORMATS}


def _view(form: str, build: Build, patients: Patients | None) -> Callable[..., HttpResponseBase]:
    @needs(Right.EXPORT)
    def view(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        table = build(request, **arguments)
        shown = set(patients(request, **arguments)) if patients else set()
        record_sight(actor_of(request), "exported", f"{table.name}.{form}", shown)
        return _csv(table) if form == "csv" else _xlsx(table)

    return view


def _csv(table: Table) -> HttpResponseBase:
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.csv"'}
    return StreamingHttpResponse(csv_lines(table), content_type="text/csv; charset=utf-8", headers=headers)


def _xlsx(table: Table) -> HttpResponseBase:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(table, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{table.name}.xlsx", content_type=_XLSX)
