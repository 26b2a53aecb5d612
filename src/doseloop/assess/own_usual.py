"""Each exam's dose against what is usual on its scanner and protocol at its size, from its past alone.

What is usual is a level and a slope on weight (`robust_fit`), scatter (Qn) and correlation of neighbours. They come from the first
100 exams and are taken anew after 200, 300 and 400; from then on they stay, so that a slow drift does not become usual.

The correlation is itself known from few exams. Where it is understated, what is left of an exam still correlates with its
neighbours, and sums of it wander further than the charts allow for. So the standard deviation of what is left is taken larger
by what one standard error of the correlation, sqrt((1 - r^2) / n) (Bartlett 1946, JRSS Suppl. 8:27), would do to a long sum.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from doseloop.assess.robust_fit import neighbour_correlation, robust_fit
from doseloop.assess.robust_scale import Floats, qn_scale

VERSION: Final = "2"
"""Of how what is usual is worked out."""
STAGES: Final = (100, 200, 300, 400)
LEAST_WITH_WEIGHT: Final = 0.8
LEAST_LOG_SD: Final = 0.02
"""Doses that hardly scatter, as with fixed settings: a change below that is none that matters."""


@dataclass(frozen=True, slots=True)
class SeriesExam:
    """One exam of a series."""

    at: datetime
    value: float
    """In the quantity's own unit."""
    weight_kg: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Unusual:
    """Exams after the first 100, in order of time."""

    at: tuple[datetime, ...]
    beyond: Floats
    """Logarithm of the dose over what is usual at the size."""
    fresh: Floats
    """In standard deviations, without what the exam before already told: hardly correlated."""
    known: tuple[int, ...]
    """How many exams told what is usual for each."""
    log_sd: float
    """Of the first 100 exams."""
    is_sized: bool
    learnt_from: datetime
    """Start of the first exam that told what is usual."""


@dataclass(frozen=True, slots=True)
class _Usual:
    level: float
    slope: float
    log_sd: float
    correlation: float


def unusual(exams: Sequence[SeriesExam]) -> Unusual | None:
    """The exams of one scanner, protocol and quantity against their own past; None of 100 or fewer that can be used.

    Values that are not positive numbers are left out; weights count where four in five of the first 100 exams have one, and
    then exams without are left out.
    """
    known = sorted((one for one in exams if math.isfinite(one.value) and one.value > 0), key=lambda one: one.at)
    weights = [one for one in known[: STAGES[0]] if one.weight_kg]
    is_sized = len(weights) >= LEAST_WITH_WEIGHT * STAGES[0] and len({one.weight_kg for one in weights}) > 5
    if is_sized:
        known = [one for one in known if one.weight_kg and one.weight_kg > 0]
    if len(known) <= STAGES[0]:
        return None
    logs = np.log([one.value for one in known])
    sizes = np.log([one.weight_kg or 1.0 for one in known]) if is_sized else np.zeros(len(known))
    beyond, fresh, first = _against(logs, sizes)
    told_by = tuple(max(stage for stage in STAGES if stage <= i) for i in range(STAGES[0], len(known)))
    at = tuple(one.at for one in known)
    return Unusual(at[STAGES[0] :], beyond, fresh, told_by, first.log_sd, is_sized, at[0])


def _against(logs: Floats, sizes: Floats) -> tuple[Floats, Floats, _Usual]:
    beyond, fresh = [], []
    stages = [stage for stage in STAGES if stage < len(logs)]
    first = _usual(logs[: STAGES[0]], sizes[: STAGES[0]])
    for stage, following in zip(stages, [*stages[1:], len(logs)], strict=True):
        usual = first if stage == STAGES[0] else _usual(logs[:stage], sizes[:stage])
        rest = logs[stage - 1 : following] - usual.level - usual.slope * sizes[stage - 1 : following]
        standard = np.clip(rest / usual.log_sd, -4, 4)
        beyond.append(rest[1:])
        fresh.append((standard[1:] - usual.correlation * standard[:-1]) / _spread(usual.correlation, stage))
    return np.concatenate(beyond), np.concatenate(fresh), first


def _spread(correlation: float, known: int) -> float:
    """Of what is left when the exam before is taken out, allowing for the error of the correlation by `known` exams."""
    error = math.sqrt((1 - correlation**2) / known)
    return math.sqrt((1 - correlation**2) * (1 + error) / (1 - error))


def _usual(logs: Floats, sizes: Floats) -> _Usual:
    fitted = robust_fit(np.column_stack([np.ones(len(logs)), sizes]), logs, [np.arange(len(logs))])
    if fitted is None:
        level, slope = float(np.median(logs)), 0.0
    else:
        level, slope = (float(one) for one in fitted.coefficients)
    rest = logs - level - slope * sizes
    log_sd = max(qn_scale(rest), LEAST_LOG_SD)
    return _Usual(level, slope, log_sd, neighbour_correlation([np.clip(rest / log_sd, -2, 2)]))
