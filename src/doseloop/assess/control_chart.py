"""CUSUM and EWMA of standardised values, both sides, until the first alarm.

CUSUM: Page (1954, Biometrika 41:100), quick for steps. EWMA: Roberts (1959, Technometrics 1:239), for what creeps. Values are
bounded at three standard deviations so that no single exam makes an alarm: single exams have rules of their own. Where the usual
comes from n exams, its own error of 1 / sqrt(n) is taken for no shift: it is added to the allowance of the CUSUM, and to the spread
of the EWMA. Without that most false alarms come while little is known.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

CUSUM_ALLOWANCE: Final = 0.35
"""Half the step, in standard deviations of independent values, that the CUSUM is quickest for."""
CUSUM_LIMIT: Final = 13.0
EWMA_WEIGHT: Final = 0.03
EWMA_LIMIT: Final = 4.0
"""In standard deviations of the average itself."""
BOUND: Final = 3.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """The first alarm of a chart."""

    at: int
    """Position of the value that made it."""
    chart: Literal["CUSUM", "EWMA"]
    is_rise: bool


@dataclass(frozen=True, slots=True)
class Statistics:
    """Where the charts stand after a value: sums above and below, and the average in its standard deviations."""

    above: float = 0.0
    below: float = 0.0
    average: float = 0.0


def walk(values: Sequence[float], known: Sequence[int]) -> list[Statistics]:
    """The charts after each value; values are standardised and hardly correlate, `known` exams told what is usual for each."""
    found, above, below, average, decay = [], 0.0, 0.0, 0.0, 1.0
    for raw, n in zip(values, known, strict=True):
        value, allowance = min(max(raw, -BOUND), BOUND), CUSUM_ALLOWANCE + 1 / math.sqrt(n)
        above = max(0.0, above + value - allowance)
        below = max(0.0, below - value - allowance)
        average += EWMA_WEIGHT * (value - average)
        decay *= (1 - EWMA_WEIGHT) ** 2
        spread = math.sqrt(EWMA_WEIGHT / (2 - EWMA_WEIGHT) * (1 - decay) + 1 / n)
        found.append(Statistics(above, below, average / spread))
    return found


def first_alarm(values: Sequence[float], known: Sequence[int]) -> Alarm | None:
    """The first alarm of either chart; None where there is none. Later values never change it."""
    for position, one in enumerate(walk(values, known)):
        if max(one.above, one.below) > CUSUM_LIMIT:
            return Alarm(position, "CUSUM", one.above > one.below)
        if abs(one.average) > EWMA_LIMIT:
            return Alarm(position, "EWMA", one.average > 0)
    return None
