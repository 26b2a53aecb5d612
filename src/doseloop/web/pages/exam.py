"""One exam: patient, totals, parts, events, flags, comments, objects."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.harmonise.age_bands import AGE_BANDS
from doseloop.store import (
    case_list,
    comments,
    ct_series,
    exam_detail,
    exam_events,
    exam_provenance,
    exclusions,
    flags,
    object_list,
    one_patient,
)
from doseloop.store.audit import Seen
from doseloop.store.exam_events import EventDetail
from doseloop.web import computed, ct_images, exam_tables, plausibility_marks, provenance_tables
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.exam_totals import totals
from doseloop.web.exports import export_links, export_routes
from doseloop.web.mr_modes import mr_modes
from doseloop.web.placements import placements
from doseloop.web.plane_totals import planes
from doseloop.web.rights import may, needs
from doseloop.web.size_origins import size_origins
from doseloop.web.tables import page_table

_SAR = "sar_whole_body_w_kg"
_BANDS = {band.key: band.name for band in AGE_BANDS}


@needs(Right.SEE)
@require_safe
def exam(request: HttpRequest, exam: int) -> HttpResponse:
    """The page; of one that counts in another the page of that."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    if (counting := one_patient.counting(exam)) != exam:
        return redirect("exam", counting)
    detail = exam_detail.exam_detail(scope, exam)
    note_sight(request, f"exam {exam}", {Seen(detail.patient_key, detail.site.id)})
    events = exam_events.exam_events(scope, exam)
    doses = exam_provenance.exam_doses(scope, exam)
    outside = plausibility_marks.marks(scope, detail, events)
    marks = {**outside, **provenance_tables.marks(detail, events, doses)}
    made = computed.of_exam(request, exam)
    context = {
        "exam": detail,
        "units": detail.site.units,
        "bands": _BANDS,
        "totals": totals(detail, placements(scope, exam)),
        "size_origins": size_origins(detail),
        "tables": [page_table(table) for table in exam_tables.events_by_kind(detail, events, marks)],
        "marked": any(mark in ("repaired", "lower source") for mark in marks.values()),
        "outside": len(outside),
        "repaired": {r.field: r.repair for r in (*(one for event in events for one in event.repairs), *detail.repairs)},
        "rules": sorted({one.repair for event in events for one in event.repairs} | {r.repair for r in detail.repairs}),
        "from_headers": bool(doses) and all(dose.image is not None for dose in doses.values()),
        "provenance_exports": export_links(request, "exam-provenance", exam),
        "events_exports": export_links(request, "exam-events", exam),
        "has_mr": any(event.kind == "mr" for event in events),
        "mr_modes": mr_modes(events),
        "highest_sar": max(_whole_body_sar(events), default=None),
        "parts_exports": export_links(request, "exam-parts", exam),
        "computed": made,
        "planes": planes(events, made.calibrations if made else ()),
        "images": ct_images.shown(ct_series.series_of(exam)),
        "width": ct_images.WIDTH,
        "height": ct_images.HEIGHT,
        "computed_exports": export_links(request, "exam-computed", exam),
        "flags": flags.flag_list(scope, exam=exam),
        "cases": case_list.cases_of_exam(scope, exam),
        "objects": object_list.exam_objects(scope, exam),
        "slices": object_list.further_slices(scope, exam),
        "may_audit": may(request, Right.AUDIT, detail.site.id),
        "may_estimate": may(request, Right.CONCEPTUS, detail.site.id) and detail.modality != "MR",
        **_talk(request, exam, detail.site.id),
    }
    return render(request, "doseloop/exam.html", context)


@needs(Right.JUDGE)
@require_POST
def comment(request: HttpRequest, exam: int) -> HttpResponse:
    """Write a comment; answers with the comments alone where HTMX asked."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    comments.add_comment(scope, exam, request.POST.get("text", ""), actor_of(request))
    if request.headers.get("HX-Request"):  # the audit row of the change names the patient that this shows
        detail = exam_detail.exam_detail(scope, exam)
        context = {"exam": detail, **_talk(request, exam, detail.site.id)}
        return render(request, "doseloop/exam_comments.html", context)
    return redirect("exam", exam)


@needs(Right.JUDGE)
@require_POST
def exclude(request: HttpRequest, exam: int) -> HttpResponse:
    """Take the exam out of every group, with a reason."""
    given = request.POST
    scope: Scope = request.access  # type: ignore[attr-defined]
    exclusions.exclude(scope, exam, given.get("excluded_as", ""), given.get("reason", ""), actor_of(request))
    return redirect("exam", exam)


@needs(Right.JUDGE)
@require_POST
def include(request: HttpRequest, exam: int) -> HttpResponse:
    """Let the exam stand in groups again."""
    exclusions.take_back(request.access, exam, actor_of(request))  # type: ignore[attr-defined]
    return redirect("exam", exam)


def _talk(request: HttpRequest, exam: int, site: int) -> dict[str, Any]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return {"comments": comments.comments(scope, exam), "may_judge": may(request, Right.JUDGE, site)}


def _whole_body_sar(events: Iterable[EventDetail]) -> Iterator[float]:
    return (event.readings[_SAR].value for event in events if _SAR in event.readings)


def _patient(request: HttpRequest, exam: int) -> set[Seen]:
    detail = exam_detail.exam_detail(request.access, exam)  # type: ignore[attr-defined]
    return {Seen(detail.patient_key, detail.site.id)}


routes = [
    path("exams/<int:exam>/", exam, name="exam"),
    path("exams/<int:exam>/comments", comment, name="exam-comment"),
    path("exams/<int:exam>/exclude", exclude, name="exam-exclude"),
    path("exams/<int:exam>/include", include, name="exam-include"),
    *export_routes("exams/<int:exam>/events", "exam-events", exam_tables.events_of, _patient),
    *export_routes("exams/<int:exam>/computed", "exam-computed", computed.table, _patient),
    *export_routes("exams/<int:exam>/parts", "exam-parts", exam_tables.parts_of, _patient),
]
