"""Whom an exam was compared with, in words, and what that leaves out."""

from collections.abc import Iterator, Sequence

from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.model.quantities import QUANTITIES


def group_said(n: int, slope: float | None, on_own_scanner: bool) -> str:
    """`at this weight, from 120 earlier exams on its scanner`."""
    size = "at this weight" if slope is not None else "of all sizes"
    return f"{size}, from {n} earlier exams {'on its scanner' if on_own_scanner else 'at the site'}"


def size_left_out(exam: ExamDose, history: Sequence[PastExam], slope: float | None) -> Iterator[str]:
    """Why size did not count, and what the phantom leaves open: one sentence each."""
    if slope is None and not exam.weight_kg:
        yield "Size was not taken into account: the exam has no weight."
    elif slope is None:
        missing = sum(not one.weight_kg for one in history)
        yield f"Size was not taken into account: {missing} of {len(history)} earlier exams have no weight."
    if QUANTITIES[exam.quantity].needs_phantom and exam.phantom_cm is None:
        yield "The CTDI phantom is not known; the exam was compared only with others of unknown phantom."
