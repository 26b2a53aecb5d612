"""Earlier exams that one exam is compared with, as they would have been at its size.

Of the same scanner where that has enough of them, since scanners differ: among doses of two scanners, one at half of the other's, a
threefold dose of the lower one is ordinary. Logarithms of dose on logarithms of weight by Theil and Sen's line.

Exams that are flagged for their dose, and that nobody has set aside, are left out, so that they do not widen the group; where they
are more than half of it, the doses have changed for good and they are the group (that they did is for the rules about series).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.assess.robust_scale import Floats, qn_scale, theil_sen_slope
from doseloop.assess.rule_settings import bounded
from doseloop.model.quantities import QUANTITIES

LOWEST_SLOPE: Final = -1.0
HIGHEST_SLOPE: Final = 4.0
"""Powers of the weight that a dose may go with; a line beyond comes from few exams of nearly one weight."""


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """Who belongs to the group."""

    min_n: int = bounded(20, 10, 200, "Earlier exams at least", "Fewer are not compared with.", "exams")
    last_n: int = bounded(200, 20, 200, "Earlier exams at most", "Only the latest so many are looked at.", "exams")
    own_scanner_n: int = bounded(
        30, 20, 200, "On the exam's own scanner", "With so many there, those of other scanners are left out.", "exams"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """Earlier exams as they would have been at one exam's size."""

    logs: Floats
    """Logarithms of their doses."""
    slope: float | None
    """Power of the weight that the dose goes with; None where size was not taken into account."""
    leverage: float
    """How much of the spread's square the slope's uncertainty adds at that size."""
    on_own_scanner: bool = False
    """Whether all of them are of the exam's own scanner."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Earlier exams that can be compared with one exam."""

    exams: tuple[PastExam, ...]
    logs: Floats
    """Logarithms of their doses as they were."""
    sizes: Floats | None
    """Logarithms of their weights; None where size is left out, since the exam or too many others have none."""
    at: float
    """Logarithm of the exam's weight; one beyond all others is taken as the largest or smallest of them."""
    on_own_scanner: bool

    @property
    def median_between(self) -> tuple[float, float]:
        """Bounds of the median of the logarithms at the exam's size, whatever the slope: they cost a tenth of it."""
        if self.sizes is None:
            median = float(np.median(self.logs))
            return median, median
        low, high = LOWEST_SLOPE * (self.at - self.sizes), HIGHEST_SLOPE * (self.at - self.sizes)
        return float(np.median(self.logs + np.minimum(low, high))), float(np.median(self.logs + np.maximum(low, high)))

    def at_size(self) -> Peers:
        """Them at the exam's size."""
        if self.sizes is None:
            return Peers(self.logs, None, 0.0, self.on_own_scanner)
        slope = _shrunken_slope(self.sizes, self.logs)
        moved = self.logs - slope * (self.sizes - self.at)
        return Peers(moved, slope, _leverage(self.sizes, self.at), self.on_own_scanner)


def group_of(exam: ExamDose, history: Sequence[PastExam], settings: GroupSettings) -> Group | None:
    """Whom the exam is compared with; None where fewer than `min_n` can be. `history` has the oldest first."""
    comparable = _comparable(exam, history)
    own = [one for one in comparable if one.scanner is not None and one.scanner == exam.scanner]
    on_own = len(own) >= settings.own_scanner_n
    used, sized = _used(exam, own if on_own else comparable, settings)
    if len(used) < settings.min_n or not (math.isfinite(exam.value) and exam.value > 0):
        return None
    logs = np.log([one.value for one in used])
    if not sized:
        return Group(tuple(used), logs, None, 0.0, on_own)
    sizes = np.log([one.weight_kg or math.nan for one in used])
    # The line is not trusted beyond the sizes that were seen.
    at = min(max(math.log(exam.weight_kg or math.nan), float(sizes.min())), float(sizes.max()))
    return Group(tuple(used), logs, sizes, at, on_own)


def _used(exam: ExamDose, comparable: list[PastExam], settings: GroupSettings) -> tuple[list[PastExam], bool]:
    """The latest of them, and whether by size."""
    with_weight = [one for one in comparable if one.weight_kg]
    sized = bool(exam.weight_kg) and len(with_weight) >= settings.min_n
    return (with_weight if sized else comparable)[-settings.last_n :], sized


def _comparable(exam: ExamDose, history: Sequence[PastExam]) -> list[PastExam]:
    needs_phantom = QUANTITIES[exam.quantity].needs_phantom
    known = [
        one for one in history if 0 < one.value < math.inf and (not needs_phantom or one.phantom_cm == exam.phantom_cm)
    ]
    ordinary = [one for one in known if not one.is_flagged]
    return ordinary if 2 * len(ordinary) >= len(known) else known


def _shrunken_slope(x: Floats, y: Floats) -> float:
    """Theil and Sen's slope times 1 / (1 + SE²): a prior of 0 with a standard deviation of 1."""
    slope = theil_sen_slope(x, y)
    if slope is None:
        return 0.0
    slope = min(max(slope, LOWEST_SLOPE), HIGHEST_SLOPE)
    around = float(np.sum((x - np.median(x)) ** 2))
    return slope / (1 + qn_scale(y - slope * x) ** 2 / around)


def _leverage(x: Floats, at: float) -> float:
    """How much of the spread's square the slope's uncertainty adds at `at`; 0 where all x are equal."""
    around = float(np.sum((x - np.mean(x)) ** 2))
    return (at - float(np.mean(x))) ** 2 / around if around > 0 else 0.0
