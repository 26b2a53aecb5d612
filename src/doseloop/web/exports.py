"""Every table as a file: one view makes CSV and XLSX of the table that the page shows."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.report.csv import csv_lines
from doseloop.report.table import Table
from doseloop.report.xlsx import write_xlsx
from doseloop.store.audit import Seen, record_sight
from doseloop.web.actor import actor_of
from doseloop.web.rights import needs

Build = Callable[..., Table]
Patients = Callable[..., Iterable[Seen]]
FORMATS = ("csv", "xlsx")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CHUNK = 1 << 16


def export_routes(
    route: str, name: str, build: Build, patients: Patients | None = None, right: Right = Right.EXPORT
) -> Iterator[URLPattern]:
    """The routes `<route>.csv` and `<route>.xlsx`. `build(request, **arguments)` makes the table within the scope of the
    right; `patients` names whom its rows show, for the audit.
    """
    for form in FORMATS:
        yield path(f"{route}.{form}", needs(right)(_view(form, build, patients)), name=f"{name}-{form}")


def export_links(request: HttpRequest, name: str, *arguments: Any, right: Right = Right.EXPORT) -> dict[str, str]:
    """Addresses of the files by format, with the query of the page; none where the person may not export."""
    if right not in request.rights:  # type: ignore[attr-defined]
        return {}
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return {form: reverse(f"{name}-{form}", args=arguments) + query for form in FORMATS}


def _view(form: str, build: Build, patients: Patients | None) -> Callable[..., HttpResponseBase]:
    @require_safe
    def view(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        table = build(request, **arguments)
        shown = set(patients(request, **arguments)) if patients else set()
        identified = request.access.identity  # type: ignore[attr-defined]
        record_sight(actor_of(request), "exported", f"{table.name}.{form}", shown, identified=identified)
        content = _csv(table) if form == "csv" else _xlsx(table)
        headers = {"Content-Disposition": f'attachment; filename="{table.name}.{form}"'}
        return StreamingHttpResponse(content, content_type=_TYPES[form], headers=headers)

    return view


def _csv(table: Table) -> Iterator[bytes]:
    return (line.encode() for line in csv_lines(table))


def _xlsx(table: Table) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        write_xlsx(table, file)
        file.seek(0)
        yield from iter(lambda: file.read(_CHUNK), b"")
