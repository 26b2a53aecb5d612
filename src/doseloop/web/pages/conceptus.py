"""The dose to the conceptus of one exam: a physicist works it out, saves versions and signs one. Nothing is sent to anybody."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.dosimetry.methods import edition
from doseloop.report.conceptus_entries import Entries
from doseloop.report.conceptus_pdf import MEDIA_TYPE, conceptus_pdf, name_of
from doseloop.report.conceptus_report import ConceptusReport, conceptus_report, decoded, encoded, prefilled
from doseloop.store import conceptus_reports
from doseloop.store.audit import Seen, record_sight
from doseloop.store.exam_detail import ExamDetail, exam_detail
from doseloop.store.exam_events import exam_events
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.conceptus_form import MOST_EVENTS, entries_of, newest_in
from doseloop.web.conceptus_view import form_context, result_context, version_context
from doseloop.web.rights import needs


@needs(Right.CONCEPTUS)
@require_safe
def form(request: HttpRequest, exam: int) -> HttpResponse:
    """The form, filled with the newest version's entries, else with what the exam tells."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    found = conceptus_reports.versions(scope, exam)
    entries = _held(scope, exam, found[0].key).entries if found else prefilled(scope, exam)
    return _form(request, exam, entries)


@needs(Right.CONCEPTUS)
@require_POST
def preview(request: HttpRequest, exam: int) -> HttpResponse:
    """The same with what was typed, worked out; nothing is saved."""
    return _form(request, exam, _typed(request, exam), unsaved=True)


@needs(Right.CONCEPTUS)
@require_POST
def save(request: HttpRequest, exam: int) -> HttpResponse:
    """Save what was typed as a version, and lead to it."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    made = conceptus_report(scope, exam, _typed(request, exam))
    after = newest_in(request.POST.dict())
    kept = conceptus_reports.save(scope, exam, encoded(made), after, actor_of(request))
    return redirect("conceptus-version", exam, kept.key)


@needs(Right.CONCEPTUS)
@require_safe
def version(request: HttpRequest, exam: int, version: int) -> HttpResponse:
    """One version as it was saved."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    detail, kept = exam_detail(scope, exam), conceptus_reports.saved(scope, exam, version)
    held = _held(scope, exam, version)
    note_sight(request, f"conceptus report of exam {exam}, version {version}", _seen(detail))
    context: dict[str, Any] = {
        "exam": detail,
        "version": kept,
        "is_newest": conceptus_reports.versions(scope, exam)[0].key == version,
        "moved": held.patient_key != detail.patient_key,
        "other_methods": held.edition != edition(),
        "other_data": conceptus_report(scope, exam, held.entries).exposures != held.exposures,
        **result_context(held),
        **version_context(held),
    }
    return render(request, "doseloop/conceptus_version.html", context)


@needs(Right.CONCEPTUS)
@require_POST
def sign(request: HttpRequest, exam: int, version: int) -> HttpResponse:
    """Sign the newest version, for good."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    given = request.POST.dict()
    conceptus_reports.sign(scope, exam, version, given.get("name", ""), given.get("function", ""), actor_of(request))
    return redirect("conceptus-version", exam, version)


@needs(Right.CONCEPTUS)
@require_safe
def pdf(request: HttpRequest, exam: int, version: int) -> HttpResponse:
    """One version as a PDF."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    detail, kept = exam_detail(scope, exam), conceptus_reports.saved(scope, exam, version)
    content, name = conceptus_pdf(_held(scope, exam, version), kept, detail.patient), name_of(kept)
    record_sight(actor_of(request), "exported", name, _seen(detail), identified=scope.identity)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=MEDIA_TYPE, headers=headers)


def _form(request: HttpRequest, exam: int, entries: Entries, *, unsaved: bool = False) -> HttpResponse:
    scope: Scope = request.access  # type: ignore[attr-defined]
    detail = exam_detail(scope, exam)
    made = conceptus_report(scope, exam, entries)
    note_sight(request, f"conceptus report of exam {exam}", _seen(detail))
    context = {
        "exam": detail,
        "unsaved": unsaved,
        **result_context(made),
        **form_context(made, conceptus_reports.versions(scope, exam)),
    }
    return render(request, "doseloop/conceptus.html", context)


def _typed(request: HttpRequest, exam: int) -> Entries:
    found = [one.position for one in exam_events(request.access, exam) if one.kind != "mr"]  # type: ignore[attr-defined]
    return entries_of(request.POST.dict(), found if len(found) <= MOST_EVENTS else ())


def _held(scope: Scope, exam: int, key: int) -> ConceptusReport:
    return decoded(conceptus_reports.content_of(scope, exam, key))


def _seen(detail: ExamDetail) -> set[Seen]:
    return {Seen(detail.patient_key, detail.site.id)}


routes = [
    path("exams/<int:exam>/conceptus/", form, name="conceptus"),
    path("exams/<int:exam>/conceptus/preview", preview, name="conceptus-preview"),
    path("exams/<int:exam>/conceptus/save", save, name="conceptus-save"),
    path("exams/<int:exam>/conceptus/<int:version>/", version, name="conceptus-version"),
    path("exams/<int:exam>/conceptus/<int:version>/sign", sign, name="conceptus-sign"),
    path("exams/<int:exam>/conceptus/<int:version>/report.pdf", pdf, name="conceptus-pdf"),
]
