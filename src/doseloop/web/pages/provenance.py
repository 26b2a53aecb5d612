"""Where each number of an exam came from: a page, the part of it that the exam's page shows, and files."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.report.table import Table
from doseloop.store import exam_detail, exam_events, exam_provenance
from doseloop.store.audit import Seen
from doseloop.store.exam_detail import ExamDetail
from doseloop.web import provenance_tables
from doseloop.web.actor import note_sight
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import needs
from doseloop.web.tables import page_table


@needs(Right.SEE)
@require_safe
def provenance(request: HttpRequest, exam: int) -> HttpResponse:
    """The page; `event` (from 1) names the one event that is asked for. The table alone where HTMX asked."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    detail = exam_detail.exam_detail(scope, exam)
    note_sight(request, f"exam {exam}", {Seen(detail.patient_key, detail.site.id)})
    context: dict[str, Any] = {
        "exam": detail,
        "table": page_table(_on_page(request, exam)),
        "exports": export_links(request, "exam-provenance", exam),
        "event": request.GET.get("event", ""),
    }
    part = "provenance_table" if request.headers.get("HX-Request") else "provenance"
    return render(request, f"doseloop/{part}.html", context)


def _on_page(request: HttpRequest, exam: int) -> Table:
    detail, numbers = _numbers(request, exam)
    return provenance_tables.on_page(detail, numbers, of_one_event=bool(request.GET.get("event")))


def _file(request: HttpRequest, exam: int) -> Table:
    return provenance_tables.as_file(*_numbers(request, exam))


def _numbers(request: HttpRequest, exam: int) -> tuple[ExamDetail, Iterator[provenance_tables.Number]]:
    """What is asked for: all of the exam, or one event."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    detail, doses = exam_detail.exam_detail(scope, exam), exam_provenance.exam_doses(scope, exam)
    events = exam_events.exam_events(scope, exam)
    asked = request.GET.get("event", "")
    if not asked:
        return detail, provenance_tables.origins(detail, events, doses)
    for event in events:
        if str(event.position + 1) == asked:
            return detail, provenance_tables.of_events(detail, (event,), doses)
    raise NotVisible(f"Exam {exam} has no such event.")


def _patient(request: HttpRequest, exam: int) -> set[Seen]:
    detail = exam_detail.exam_detail(request.access, exam)  # type: ignore[attr-defined]
    return {Seen(detail.patient_key, detail.site.id)}


routes = [
    path("exams/<int:exam>/provenance/", provenance, name="exam-provenance"),
    *export_routes("exams/<int:exam>/provenance", "exam-provenance", _file, _patient),
]
