"""Routes. Each view declares its right (`web.rights`)."""

from django.urls import URLPattern

from doseloop.web import sign_in
from doseloop.web.pages import (
    audit,
    compliance,
    compliance_cell,
    exam,
    exams,
    flags,
    health,
    level_set,
    levels,
    local_level,
    local_level_set,
    local_levels,
    names,
    object_tree,
    own_figures,
    own_levels,
    patient,
    patients,
    people,
    people_sites,
    person,
    plausibility,
    procedure,
    procedures,
    provenance,
    quality,
    scanner,
    scanner_reports,
    scanners,
    sizes,
    today,
)

urlpatterns: list[URLPattern] = [
    *today.routes,
    *exams.routes,
    *exam.routes,
    *object_tree.routes,
    *provenance.routes,
    *patient.routes,
    *patients.routes,
    *sizes.routes,
    *local_levels.routes,
    *local_level_set.routes,
    *local_level.routes,
    *procedures.routes,
    *levels.routes,
    *own_levels.routes,
    *level_set.routes,
    *names.routes,
    *procedure.routes,
    *compliance.routes,
    *compliance_cell.routes,
    *flags.routes,
    *scanners.routes,
    *quality.routes,
    *scanner.routes,
    *plausibility.routes,
    *scanner_reports.routes,
    *people.routes,
    *person.routes,
    *own_figures.routes,
    *people_sites.routes,
    *audit.routes,
    *sign_in.routes,
    *health.routes,
]

handler400 = "doseloop.web.errors.bad_request"
handler403 = "doseloop.web.errors.forbidden"
handler404 = "doseloop.web.errors.not_found"
handler500 = "doseloop.web.errors.server_error"
handler429 = "doseloop.web.errors.too_many"
