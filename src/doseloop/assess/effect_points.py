"""Each exam's dose as people may look at it beside the effect: in parts of what was usual before, at its group and size."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from doseloop.assess.effect import Action, DatedDose, sample_of


@dataclass(frozen=True, slots=True)
class EffectPoint:
    """One exam of the action's scanner."""

    position: int
    """In the doses that were given."""
    at: datetime
    of_before: float
    """1 is the median before the action of its group, both at one size."""
    counts: bool
    """Whether the effect is told by it."""
    is_since: bool


@dataclass(frozen=True, slots=True)
class EffectPoints:
    """The exams in order of time, and the medians of those that count; None of none."""

    points: tuple[EffectPoint, ...]
    before: float | None
    since: float | None


def effect_points(action: Action, doses: Sequence[DatedDose], slope: float | None) -> EffectPoints:
    """The exams of the scanner whose group has a level; `slope` is the power of the weight, None for no correction.

    With a slope, exams without weight cannot be shown beside the others and are left out.
    """
    counted = {id(one) for one in sample_of(action, doses).doses}
    own = [
        (i, one) for i, one in enumerate(doses) if one.scanner == action.scanner and _at_size(one, slope) is not None
    ]
    levels: dict[str, list[float]] = defaultdict(list)
    for _, one in own:
        if id(one) in counted and one.at < action.at:
            levels[one.group].append(_at_size(one, slope) or math.nan)
    middle = {group: median(values) for group, values in levels.items()}
    points = [
        EffectPoint(
            i, one.at, (_at_size(one, slope) or math.nan) / middle[one.group], id(one) in counted, one.at >= action.at
        )
        for i, one in own
        if one.group in middle
    ]
    points.sort(key=lambda one: one.at)
    return EffectPoints(tuple(points), _middle(points, is_since=False), _middle(points, is_since=True))


def _at_size(one: DatedDose, slope: float | None) -> float | None:
    if not (math.isfinite(one.value) and one.value > 0):
        return None
    if slope is None:
        return one.value
    return one.value / one.weight_kg**slope if one.weight_kg and one.weight_kg > 0 else None


def _middle(points: Sequence[EffectPoint], *, is_since: bool) -> float | None:
    found = [one.of_before for one in points if one.counts and one.is_since is is_since]
    return median(found) if found else None
