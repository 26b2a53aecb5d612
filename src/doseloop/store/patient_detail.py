"""One patient as a page shows it: exams of every scanner of the scope, and who the patient is where that may be seen."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from doseloop.access.scope import Scope
from doseloop.harmonise.same_person import Known
from doseloop.model.errors import NotVisible
from doseloop.store import one_patient, visible
from doseloop.store.exams import TOTALS
from doseloop.store.models import Exam, Identity


@dataclass(frozen=True, slots=True)
class NumberShown:
    """A number, name and birth date under which objects came. `current` is what the patient is called now under that number."""

    patient: int
    number: str
    issuer: str
    name: str
    birth_date: date | None
    current: bool


@dataclass(frozen=True, slots=True)
class ExamOfPatient:
    """An exam in the patient's row of exams. Missing values are None."""

    id: int
    site: int
    site_name: str
    scanner: int
    started_at: str
    modality: str
    procedures: tuple[str, ...]
    description: str
    age_years: float | None
    weight_kg: float | None
    weight_source: str
    totals: dict[str, float | None]
    settled: bool
    excluded_as: str


@dataclass(frozen=True, slots=True)
class PatientDetail:
    """A patient with the exams that the scope sees, in the order of time."""

    key: int
    parts: tuple[int, ...]
    """Keys of the patients that were merged into this one."""
    numbers: tuple[NumberShown, ...]
    """Empty where the scope shows no identity."""
    exams: tuple[ExamOfPatient, ...]


def patient_detail(scope: Scope, patient: int) -> PatientDetail:
    """The patient of that key, or the one that it is part of.

    Errors: `NotVisible` where the scope sees no exam of the patient.
    """
    key = one_patient.whole(patient)
    rows = visible.exams(scope).filter(patient=key).select_related("site").prefetch_related("parts__procedure")
    exams = tuple(_exam(row) for row in rows.order_by("started_at", "pk"))
    if not exams:
        raise NotVisible(f"There is no patient {patient}.")
    seen = _seen_parts(scope, key)
    return PatientDetail(key, tuple(sorted(seen - {key})), numbers_of(scope, seen), exams)


def numbers_of(scope: Scope, patients: set[int]) -> tuple[NumberShown, ...]:
    """Every number and name of these patients, the current first; none where the scope shows no identity."""
    if not scope.identity:
        return ()
    rows = Identity.objects.filter(patient__in=patients).order_by("-current", "-recorded_at", "-pk")
    return tuple(
        NumberShown(
            row.patient_id, row.number if row.joins else "", issuer_shown(row.issuer), row.name, row.birth_date, row.current
        )
        for row in rows
    )  # fmt: skip


def issuer_shown(issuer: str) -> str:
    """The issuer as an object named it; empty where none did."""
    return issuer.partition(" at site ")[0].removeprefix("no issuer")


def known(patients: set[int]) -> Known:
    """What is known of these patients as one, whoever asks: only what it comes to is shown."""
    rows = list(Identity.objects.filter(patient__in=patients).values_list("name", "birth_date"))
    own = Q(named__in=patients) | Q(patient__in=patients, named=None)
    sexes = Exam.objects.filter(own).exclude(sex="").values_list("sex", flat=True).distinct()
    return Known(
        frozenset(name for name, _ in rows if name),
        frozenset(born.isoformat() for _, born in rows if born),
        frozenset(sexes),
    )


def _seen_parts(scope: Scope, key: int) -> set[int]:
    """The patient and those of its parts that have exams within the scope: numbers of other sites are theirs to show."""
    keys = one_patient.parts([key])
    sites = visible.sites(scope).values("pk")
    rows = Exam.objects.filter(Q(named__in=keys) | Q(patient__in=keys, named=None), site__in=sites)
    return {named or patient for patient, named in rows.values_list("patient_id", "named_id")}


def _exam(row: Exam) -> ExamOfPatient:
    names = dict.fromkeys(part.procedure.name for part in row.parts.all() if part.procedure)
    return ExamOfPatient(
        row.pk, row.site_id, row.site.name, row.scanner_id, row.started_at, row.modality, tuple(names),
        row.description or row.protocol_name, row.age_years, row.weight_kg, row.weight_source,
        {one: getattr(row, one) for one in TOTALS}, row.settled, row.excluded_as,
    )  # fmt: skip
