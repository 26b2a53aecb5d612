"""Values by several coordinates, laid out so that the steps beside a place are found at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

Place = TypeVar("Place", bound=tuple[float, ...])


@dataclass(frozen=True, slots=True)
class Grid:
    """The steps along one axis, upwards, and what is at each: the value, or the grid of the axes after it."""

    steps: tuple[float, ...]
    parts: tuple["Grid | float", ...]


def grid_of(points: Mapping[Place, float]) -> Grid:
    """The grid of points with the same number of coordinates, one or more; it need not be full. Errors: `ValueError` of none."""
    if not points:
        raise ValueError("A grid has points.")
    below: dict[float, dict[tuple[float, ...], float]] = {}
    for (first, *rest), value in points.items():
        below.setdefault(first, {})[tuple(rest)] = value
    steps = tuple(sorted(below))
    return Grid(steps, tuple(below[step][()] if () in below[step] else grid_of(below[step]) for step in steps))
