"""One patient under several numbers: for whom an exam counts, and which exams are one.

What a person decides is kept as `Patient.part_of` (`store.patient_merging`). An exam stays the row of one study and of whom its
objects name, with those objects, whatever is decided; what is decided says for whom it counts. Where rows of one study count
for one patient, one of them has the objects of all, and the others count in it. So what is taken back leaves what would have
been without it.
"""

from collections import defaultdict
from collections.abc import Iterable

from doseloop.store.audit import WORKER, record_change
from doseloop.store.models import Event, Exam, ExamPerson, Part, Patient
from doseloop.store.prepared import Rows, Slot


def whole(patient: int) -> int:
    """The patient as whom this one counts: itself, or what it is part of in the end."""
    known = {patient}
    while (found := _PART_OF.first(patient=patient)) and found[0] is not None and found[0] not in known:
        patient = found[0]
        known.add(patient)
    return patient


_PART_OF = Rows(lambda: Patient.objects.filter(pk=Slot("patient")).values_list("part_of_id"))


def parts(patients: Iterable[int]) -> set[int]:
    """The patients and all that are part of them."""
    found, newest = set(patients), set(patients)
    while newest:
        newest = set(Patient.objects.filter(part_of__in=newest).values_list("pk", flat=True)) - found
        found |= newest
    return found


def any_merged() -> bool:
    """Whether any patient is part of another, or any exam still counts in another."""
    return bool(_MERGED.first() or _COUNTED.first())


_MERGED = Rows(lambda: Patient.objects.filter(part_of__isnull=False).values_list("pk")[:1])
_COUNTED = Rows(lambda: Exam.objects.filter(named__isnull=False).values_list("pk")[:1])


def counting(exam: int) -> int:
    """The exam in which the objects of this one count: itself, as a rule."""
    found = _COUNTS_IN.first(exam=exam)
    return found[0] if found and found[0] is not None else exam


def counts_elsewhere(exam: int) -> bool:
    """Whether the exam counts in another."""
    return counting(exam) != exam


_COUNTS_IN = Rows(lambda: Exam.objects.filter(pk=Slot("exam")).values_list("part_of_id"))


def regroup(study_uid: str) -> set[int]:
    """Let the exams of a study count for whom they count now. Returns those that have to be made anew, or emptied.

    Of several that are one the oldest counts; one that a person excluded comes before it, so that the whole stays excluded.
    Call it under the lock on the study.
    """
    rows = list(Exam.objects.select_for_update().filter(study_uid=study_uid).order_by("pk"))
    groups: dict[int, list[Exam]] = defaultdict(list)
    for row in rows:
        groups[whole(_own(row))].append(row)
    touched: set[int] = set()
    for patient, group in groups.items():
        first = min(group, key=lambda row: (not row.excluded_as, row.pk))
        for row in group:
            touched |= _stand(row, patient, None if row is first else first.pk)
    return touched


def empty(exam: int) -> None:
    """Take parts, events and people from an exam that counts in another; its objects stay its own."""
    Event.objects.filter(exam=exam).delete()
    Part.objects.filter(exam=exam).delete()
    ExamPerson.objects.filter(exam=exam).delete()


def _own(row: Exam) -> int:
    return row.patient_id if row.named_id is None else row.named_id


def _stand(row: Exam, patient: int, part_of: int | None) -> set[int]:
    named = None if _own(row) == patient else _own(row)
    before = row.patient_id, row.named_id, row.part_of_id
    if before == (patient, named, part_of):
        return set()
    Exam.objects.filter(pk=row.pk).update(patient=patient, named=named, part_of=part_of)
    if row.patient_id != patient:
        record_change(
            WORKER, "moved to another patient", f"exam {row.pk}", patient_key=row.patient_id, site=row.site_id,
            before={"patient_key": row.patient_id}, after={"patient_key": patient},
        )  # fmt: skip
    return {key for key in (row.pk, row.part_of_id, part_of) if key is not None}
