"""The effective dose that an object states itself, against the one that was computed: a check, never a replacement."""

import math
from dataclasses import dataclass

from doseloop.model.estimate import Estimated, NotEstimated
from doseloop.model.tracer import Administration


@dataclass(frozen=True, slots=True)
class StatedCheck:
    """Both values, and the first over the second."""

    computed_msv: float
    stated_msv: float
    ratio: float
    authority: str
    """Reference Authority (121406) of the stated value; empty where the object names none."""


def stated_check(estimate: Estimated, administration: Administration) -> StatedCheck | None:
    """Computed over stated effective dose, from mSv of both; None where one of them is missing or not above 0.

    Both stay values of their own. A ratio away from 1 tells of another activity, age or set of coefficients.
    """
    if isinstance(estimate, NotEstimated) or administration.effective_dose_msv is None:
        return None
    stated = administration.effective_dose_msv.value
    if not math.isfinite(stated) or stated <= 0:
        return None
    return StatedCheck(estimate.value, stated, estimate.value / stated, administration.effective_dose_authority or "")
