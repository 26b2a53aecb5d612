"""The interval of a conceptus dose on a line with the marks: what the page draws, by decades from 0.01 to 300 mGy."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log10
from typing import Final

from doseloop.report.conceptus_report import MarkPassed, Outcome, interval_said

LEFT: Final = 16.0
RIGHT: Final = 624.0
LOWEST_MGY: Final = 0.01
HIGHEST_MGY: Final = 300.0
_NARROWEST: Final = 4.0
_TICKS: Final = (0.01, 0.1)


@dataclass(frozen=True, slots=True)
class At:
    """A dose on the line, in units of the picture."""

    x: str
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """What the picture holds. `x` and `width` are empty where there is no interval."""

    marks: tuple[At, ...]
    ticks: tuple[At, ...]
    x: str
    width: str
    said: str
    """The same in words."""


def scale(result: Outcome, marks: Iterable[MarkPassed]) -> Scale:
    """The picture of a result. What lies beyond an end of the line stands at it."""
    known = tuple(marks)
    said = ", ".join(f"{one.dose_mgy:g}" for one in known)
    if result.low_mgy is None or result.high_mgy is None:
        return Scale(_at(known), _ticks(), "", "", f"No estimate; marks at {said} mGy")
    left = _x(result.low_mgy)
    width = max(_NARROWEST, _x(result.high_mgy) - left)
    left = min(left, RIGHT - width)
    words = f"The estimate, {interval_said(result)}, on a line by decades with marks at {said} mGy"
    return Scale(_at(known), _ticks(), f"{left:.1f}", f"{width:.1f}", words)


def _x(dose_mgy: float) -> float:
    within = min(max(dose_mgy, LOWEST_MGY), HIGHEST_MGY)
    return LEFT + (RIGHT - LEFT) * log10(within / LOWEST_MGY) / log10(HIGHEST_MGY / LOWEST_MGY)


def _at(marks: tuple[MarkPassed, ...]) -> tuple[At, ...]:
    return tuple(At(f"{_x(one.dose_mgy):.1f}", f"{one.dose_mgy:g}") for one in marks)


def _ticks() -> tuple[At, ...]:
    return tuple(At(f"{_x(one):.1f}", f"{one:g}") for one in _TICKS)
