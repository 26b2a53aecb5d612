"""Where an exam stands among earlier ones of its procedure, age band and size. It is no verdict: that is for groups (ICRP 135)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.assess.high_dose import DEFAULT_SETTINGS
from doseloop.assess.size_group import group_of
from doseloop.model.quantities import QUANTITIES


@dataclass(frozen=True, slots=True)
class Placement:
    """The share of earlier exams, as they would have been at this one's size, that are below it."""

    quantity: str
    percentile: float
    """0 to 100; of equal ones half count as below."""
    n: int
    """Earlier exams."""
    at_size: bool
    """False where sizes are not known well enough to be taken into account."""
    on_own_scanner: bool = False
    """Whether it was compared with exams of its own scanner alone."""

    @property
    def sentence(self) -> str:
        """`DLP higher than 83 % of 124 earlier exams at this weight.`"""
        size = "at this weight" if self.at_size else "of all sizes"
        place = " on its scanner" if self.on_own_scanner else ""
        return f"{QUANTITIES[self.quantity].symbol} higher than {self.percentile:.0f} % of {self.n} earlier exams{place} {size}"


def on_exam(exam: ExamDose, history: Sequence[PastExam]) -> Placement | None:
    """The place of a complete exam; None of a provisional one, and where too few others can be compared."""
    group = None if exam.provisional else group_of(exam, history, DEFAULT_SETTINGS)
    if group is None:
        return None
    peers = group.at_size()
    own = math.log(exam.value)
    equal = np.isclose(peers.logs, own, rtol=0, atol=1e-12)
    below = float(np.sum((peers.logs < own) & ~equal)) + 0.5 * float(np.sum(equal))
    n = len(peers.logs)
    return Placement(exam.quantity, 100 * below / n, n, peers.slope is not None, peers.on_own_scanner)
