"""When a step began, by maximum likelihood, with the values between which it lies.

For independent normal values of variance 1 and mean 0 before the step (Hinkley 1970, Biometrika 57:1). The interval holds all
positions whose likelihood is near the largest (`MOST_BELOW` in twice the logarithm); how often it holds the truth was measured and
stands in `docs/drift.md`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from doseloop.assess.robust_scale import Floats

MOST_BELOW: Final = 7.0


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """Positions of the first value after the step."""

    at: int
    earliest: int
    latest: int


def change_point(values: Floats) -> ChangePoint | None:
    """The step that explains the values best; None of fewer than two. It has at least one value after it."""
    if len(values) < 2:
        return None
    number = np.arange(len(values), 0, -1)
    sums = np.cumsum(values[::-1])[::-1]
    gain = sums**2 / number
    best = int(np.argmax(gain))
    near = np.flatnonzero(gain >= gain[best] - MOST_BELOW)
    return ChangePoint(best, int(near[0]), int(near[-1]))
