"""A value between the points of a table: linear along each axis in turn, and never beyond its ends."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from doseloop.model.grid import Grid


@dataclass(frozen=True, slots=True)
class Outside:
    """Along which axis a point is beyond the table, and from where to where the table goes there."""

    axis: int
    low: float
    high: float


def interpolated(grid: Grid, at: tuple[float, ...]) -> float | Outside:
    """The value at a place with one coordinate for each axis. Where the grid is not full, the axes after a bracket reach elsewhere
    at its two ends, and the place has to be within both.

    >>> from doseloop.model.grid import grid_of
    >>> interpolated(grid_of({(0.0, 0.0): 0.0, (0.0, 2.0): 2.0, (4.0, 0.0): 8.0, (4.0, 2.0): 10.0}), (1.0, 1.0))
    3.0
    >>> interpolated(grid_of({(1.0,): 5.0, (2.0,): 6.0}), (2.5,))
    Outside(axis=0, low=1.0, high=2.0)
    """
    return _along(grid, at, 0)


def _along(part: Grid | float, at: tuple[float, ...], axis: int) -> float | Outside:
    if not isinstance(part, Grid):
        return part
    steps = part.steps
    beside = _beside(steps, at[axis])
    if not beside:
        return Outside(axis, steps[0], steps[-1])
    values: list[float] = []
    for index in beside:
        found = _along(part.parts[index], at, axis + 1)
        if isinstance(found, Outside):
            return found
        values.append(found)
    low, high = steps[beside[0]], steps[beside[-1]]
    share = (at[axis] - low) / (high - low) if high > low else 0.0
    return values[0] * (1 - share) + values[-1] * share


def _beside(steps: Sequence[float], at: float) -> tuple[int, ...]:
    """The index of the step at a place, or of both beside it; empty beyond the ends, and of what is no number."""
    if not steps[0] <= at <= steps[-1]:
        return ()
    after = bisect_left(steps, at)
    return (after,) if steps[after] == at else (after - 1, after)
