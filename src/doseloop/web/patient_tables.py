"""The exams of one patient. Quantities of different modalities are not added up: no sum of them is the risk of a person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from doseloop.access.scope import Scope
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.store.exams import TOTALS
from doseloop.store.patient_detail import ExamOfPatient, PatientDetail, patient_detail
from doseloop.store.scanner_list import scanner_names
from doseloop.store.site_list import display_units
from doseloop.web.ages import age_words


@dataclass(frozen=True, slots=True)
class OfModality:
    """How many exams of a modality, and from when to when."""

    modality: str
    exams: int
    first: str
    last: str


def exams_of(request: HttpRequest, patient: int) -> Table:
    """The exams of a patient, for a file."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    return exams(scope, patient_detail(scope, patient))


def exams(scope: Scope, patient: PatientDetail) -> Table:
    """One row for each exam in the order of time; quantities that no exam has are left out."""
    units, scanners = display_units(scope), scanner_names(scope)
    filled = [one for one in TOTALS if any(exam.totals[one] is not None for exam in patient.exams)]
    columns = (
        Column("started", "Started", "time"),
        Column("modality", "Modality"),
        Column("procedure", "Procedure"),
        Column("scanner", "Scanner"),
        Column("age_years", "Age", "number", "years"),
        quantity_column("weight_kg", units, "Weight"),
        Column("weight_source", "Weight from"),
        *(quantity_column(one, units) for one in filled),
        Column("state", "State", "state"),
    )
    rows = (_row(exam, scanners.get(exam.scanner, ""), filled) for exam in patient.exams)
    return Table(f"patient-{patient.key}-exams", "Exams of the patient", columns, rows)


def by_modality(found: Sequence[ExamOfPatient]) -> tuple[OfModality, ...]:
    """The modalities of the exams, the most frequent first."""
    counted = Counter(exam.modality for exam in found)
    starts = {one: sorted(exam.started_at for exam in found if exam.modality == one) for one in counted}
    return tuple(OfModality(one, count, starts[one][0], starts[one][-1]) for one, count in counted.most_common())


def _row(exam: ExamOfPatient, scanner: str, filled: Sequence[str]) -> Row:
    state = exam.excluded_as or (None if exam.settled else "provisional")
    return Row(
        (
            exam.started_at or None, exam.modality, ", ".join(exam.procedures) or None, scanner, exam.age_years,
            exam.weight_kg, exam.weight_source or None, *(exam.totals[one] for one in filled), state,
        ),
        links=dict.fromkeys(("started", "procedure"), reverse("exam", args=[exam.id])),
        tones={"state": "quiet" if exam.excluded_as else "caution"},
        notes={"procedure": exam.description if exam.description not in exam.procedures else "", "scanner": exam.site_name},
        shown={} if exam.age_years is None else {"age_years": age_words(exam.age_years)},
    )  # fmt: skip
