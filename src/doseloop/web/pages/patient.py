"""One patient: exams of every scanner in the order of time, numbers and former names."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.store.audit import Seen
from doseloop.store.patient_detail import PatientDetail, patient_detail
from doseloop.web import patient_tables
from doseloop.web.actor import note_sight
from doseloop.web.exports import export_links, export_routes
from doseloop.web.known_numbers import is_pseudonymous
from doseloop.web.rights import needs
from doseloop.web.tables import page_table


@needs(Right.SEE)
@require_safe
def patient(request: HttpRequest, patient: int) -> HttpResponse:
    """The page; of one that is part of another the page of that."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    found = patient_detail(scope, patient)
    if found.key != patient:
        return redirect("patient", found.key)
    note_sight(request, f"patient {patient}", _seen(found))
    links = export_links(request, "patient-exams", patient)
    context = {
        "patient": found,
        "current": next((one for one in found.numbers if one.current and one.patient == found.key), None),
        "table": page_table(patient_tables.exams(scope, found), links),
        "modalities": patient_tables.by_modality(found.exams),
        "shows_identity": scope.identity and not is_pseudonymous(),
        "may_merge": Right.MERGE in request.rights,  # type: ignore[attr-defined]
        "may_audit": Right.AUDIT in request.rights,  # type: ignore[attr-defined]
    }
    return render(request, "doseloop/patient.html", context)


def _seen(found: PatientDetail) -> set[Seen]:
    return {Seen(found.key, exam.site) for exam in found.exams}


def _patients(request: HttpRequest, patient: int) -> set[Seen]:
    return _seen(patient_detail(request.access, patient))  # type: ignore[attr-defined]


routes = [
    path("patients/<int:patient>/", patient, name="patient"),
    *export_routes("patients/<int:patient>/exams", "patient-exams", patient_tables.exams_of, _patients),
]
