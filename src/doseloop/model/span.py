"""Half-open intervals, in which groups of patients are stated."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Values from `low` up to, not including, `below`; None is no bound on that side."""

    low: float | None = None
    below: float | None = None

    @classmethod
    def at(cls, value: float) -> "Span":
        """The span of this value alone."""
        return cls(value, math.nextafter(value, math.inf))

    @property
    def is_bounded(self) -> bool:
        """Whether it leaves anything out."""
        return self.low is not None or self.below is not None

    def holds(self, other: "Span") -> bool:
        """Whether every value of the other is in it."""
        return _floor(self.low) <= _floor(other.low) and _ceiling(other.below) <= _ceiling(self.below)

    def meets(self, other: "Span") -> bool:
        """Whether the two have a value in common."""
        return max(_floor(self.low), _floor(other.low)) < min(_ceiling(self.below), _ceiling(other.below))


def _floor(value: float | None) -> float:
    return -math.inf if value is None else value


def _ceiling(value: float | None) -> float:
    return math.inf if value is None else value
