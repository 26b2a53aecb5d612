"""One case with its timeline and its exams."""

from dataclasses import dataclass
from datetime import datetime

from doseloop.access.scope import Scope
from doseloop.store import visible
from doseloop.store.audit import Seen
from doseloop.store.case_list import CaseRow, case_row
from doseloop.store.flags import FlagShown, flags_of_case
from doseloop.store.models import CaseExam, CaseStep, Exam


@dataclass(frozen=True, slots=True)
class StepShown:
    """An entry of the timeline (time UTC)."""

    at: datetime
    actor: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ExamOfCase:
    """An exam that a case is about. `seen` is whom it tells of, for the audit."""

    id: int
    started_at: str
    """Wall clock as recorded."""
    modality: str
    description: str
    scanner_name: str
    by_hand: bool
    """Whether a person linked it, else it has a flag of the case."""
    seen: Seen


@dataclass(frozen=True, slots=True)
class CaseShown:
    """A case as its page shows it."""

    row: CaseRow
    flags: tuple[FlagShown, ...]
    exams: tuple[ExamOfCase, ...]
    steps: tuple[StepShown, ...]
    """The latest first."""


def case_detail(scope: Scope, case: int) -> CaseShown:
    """The case. Errors: `NotVisible`."""
    row = case_row(scope, case)
    flags = flags_of_case(scope, case)
    steps = CaseStep.objects.filter(case_id=case).order_by("-at", "-pk")
    shown = (StepShown(one.at, one.actor, one.kind, one.text) for one in steps)
    return CaseShown(row, flags, _exams(scope, case, flags), tuple(shown))


def _exams(scope: Scope, case: int, flags: tuple[FlagShown, ...]) -> tuple[ExamOfCase, ...]:
    flagged = {flag.exam_id for flag in flags if flag.exam_id is not None}
    linked = set(CaseExam.objects.filter(case_id=case).values_list("exam_id", flat=True))
    rows = visible.exams(scope).filter(pk__in=flagged | linked).select_related("scanner").order_by("started_at", "pk")
    return tuple(_exam(row, by_hand=row.pk not in flagged) for row in rows)


def _exam(row: Exam, *, by_hand: bool) -> ExamOfCase:
    return ExamOfCase(
        id=row.pk, started_at=row.started_at, modality=row.modality, description=row.description,
        scanner_name=row.scanner.name, by_hand=by_hand, seen=Seen(row.patient_id, row.site_id),
    )  # fmt: skip
