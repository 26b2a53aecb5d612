"""What a file of sizes would change, found out by the very rule by which exams take their sizes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet

from doseloop.harmonise.sizes import (
    QUANTITIES,
    ExamOfSize,
    Measured,
    Windows,
    differs,
    is_plausible,
    nearest,
    size_at_exam,
)
from doseloop.store import one_patient
from doseloop.store.models import Exam, Measurement, Patient, SizeImport

_AT_ONCE = 500
_MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An exam (key) whose object has another size than the file, by more than a tenth."""

    exam: int
    patient: int
    site: int
    quantity: str
    written: float
    imported: float
    measured_at: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What accepting a file would change."""

    measurements: int
    exams: int
    """Exams of its patients and studies at the site."""
    filled: int
    """Exams that would have a height or a weight, and have none now."""
    filled_weights: int
    filled_heights: int
    agreeing: int
    """Exams whose object has a size that the file does not contradict."""
    contradictions: int
    contradicted: tuple[Contradiction, ...]
    """The first of them."""
    implausible: int
    """Sizes that no adult has, of adults."""
    far: int
    """Measurements to which no exam is near enough in time."""

    @property
    def fills_anything(self) -> bool:
        """Whether any exam would have a size that it lacks."""
        return bool(self.filled)

    def as_json(self) -> dict[str, Any]:
        """As the record keeps it."""
        return asdict(self)

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Effect":
        """As it was kept."""
        listed = tuple(Contradiction(**one) for one in told["contradicted"])
        return cls(**{**told, "contradicted": listed})


def effect_of(imported: SizeImport, windows: Windows) -> Effect:
    """What the file would change; in memory are a few hundred exams at a time."""
    rows = Measurement.objects.filter(imported=imported)
    counts = dict.fromkeys(("exams", "filled", "filled_weights", "filled_heights", "agreeing", "implausible"), 0)
    told: list[Contradiction] = []
    contradictions, used = 0, set[int]()
    for exam, measured in _with_measured(imported):
        counts["exams"] += 1
        known = _known(exam)
        filled = _filled(exam, known, measured, windows)
        counts["filled"] += bool(filled)
        counts["filled_weights"] += "weight_kg" in filled
        counts["filled_heights"] += "height_m" in filled
        counts["implausible"] += _implausible(known, measured)
        near = {one: found for one in QUANTITIES if (found := nearest(one, known, measured, windows))}
        used |= {found.key for found in near.values()}
        against = list(_against(exam, known, near))
        contradictions += len(against)
        told += against[: _MOST_TOLD - len(told)]
        counts["agreeing"] += bool(near) and not against and not filled
    total = rows.values("line").distinct().count()
    far = rows.count() - len(used)
    return Effect(total, **counts, contradictions=contradictions, contradicted=tuple(told), far=max(far, 0))


def exams_of(imported: SizeImport) -> "QuerySet[Exam]":
    """The site's exams of the patients and studies that a file names."""
    measured = Measurement.objects.filter(imported=imported)
    named = measured.exclude(patient=None).values("patient")
    merged = Patient.objects.filter(pk__in=named, part_of__isnull=False).values_list("pk", flat=True)
    wholes = {one_patient.whole(one) for one in merged}
    of_patients = Q(patient__in=named) | Q(named__in=named) | Q(patient__in=wholes)
    of_studies = Q(study_uid__in=measured.exclude(study_uid="").values("study_uid"))
    return Exam.objects.filter(of_patients | of_studies, site=imported.site_id, part_of=None)


def _with_measured(imported: SizeImport) -> Iterator[tuple[Exam, tuple[Measured, ...]]]:
    """Each of these exams with its measurements in the file."""
    keys = list(exams_of(imported).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _AT_ONCE):
        some = list(Exam.objects.filter(pk__in=keys[start : start + _AT_ONCE]).order_by("pk"))
        by_patient, by_study = _measured_of(imported, some)
        for exam in some:
            mine = (*by_patient.get(exam.patient_id, ()), *by_study.get(exam.study_uid, ()))
            if mine:
                yield exam, mine


def _measured_of(
    imported: SizeImport, exams: list[Exam]
) -> tuple[Mapping[int, list[Measured]], Mapping[str, list[Measured]]]:
    """The file's measurements of the exams, by patient as whom it counts and by study."""
    wholes = {one.patient_id for one in exams}
    parts = one_patient.parts(wholes)
    own = Q(patient__in=parts) | Q(study_uid__in={one.study_uid for one in exams})
    whole_of = {one: one_patient.whole(one) for one in parts - wholes} | {one: one for one in wholes}
    by_patient: dict[int, list[Measured]] = defaultdict(list)
    by_study: dict[str, list[Measured]] = defaultdict(list)
    for row in Measurement.objects.filter(own, imported=imported).order_by("pk"):
        one = Measured(row.pk, row.measured_at, row.height_m, row.weight_kg)
        if row.patient_id is None:
            by_study[row.study_uid].append(one)
        else:
            by_patient[whole_of[row.patient_id]].append(one)
    return by_patient, by_study


def _known(exam: Exam) -> ExamOfSize:
    """What the exam's objects say; a size that an earlier file gave is none of theirs."""
    height = exam.height_m if exam.height_source == "object" else None
    weight = exam.weight_kg if exam.weight_source == "object" else None
    return ExamOfSize(exam.started_at, exam.age_years, height, weight)


def _filled(exam: Exam, known: ExamOfSize, measured: tuple[Measured, ...], windows: Windows) -> list[str]:
    """Sizes that the exam lacks and would have."""
    lacking = [one for one in QUANTITIES if getattr(exam, one) is None]
    return [one for one in lacking if size_at_exam(one, known, measured, windows)]


def _implausible(known: ExamOfSize, measured: tuple[Measured, ...]) -> int:
    sizes = [(one, getattr(each, one)) for one in QUANTITIES for each in measured]
    return sum(value is not None and not is_plausible(one, value, known.age_years) for one, value in sizes)


def _against(exam: Exam, known: ExamOfSize, near: Mapping[str, Measured]) -> Iterator[Contradiction]:
    for quantity, one in near.items():
        written, imported = getattr(known, quantity), getattr(one, quantity)
        if written is not None and differs(imported, written):
            yield Contradiction(exam.pk, exam.patient_id, exam.site_id, quantity, written, imported, one.measured_at)
