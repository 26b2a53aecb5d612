"""What was known of an action's effect on one scanner when somebody looked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

MET: Final = "met"
NOT_MET: Final = "not met"
WORSE: Final = "worse"
TOO_EARLY: Final = "too early"
CANNOT_TELL: Final = "cannot tell"

GRAVEST_FIRST: Final = (WORSE, NOT_MET, CANNOT_TELL, TOO_EARLY, MET)
"""Of several scanners and actions the first of these that any has is the case's."""
MISSED: Final = frozenset({WORSE, NOT_MET})
TOLD: Final = frozenset({WORSE, NOT_MET, MET})
"""Verdicts that stay: the interval holds at all looks together, so that one that excluded something once has excluded it."""


@dataclass(frozen=True, slots=True)
class EffectLook:
    """One look (time UTC). Changes are fractions, -0.2 is 20 % less; None is not known yet."""

    action: int
    case: int
    scanner: int
    at: datetime
    verdict: str
    expected: float
    before: int
    """Exams of the scanner that count as before; `after` those since the action."""
    after: int
    change: float | None
    low: float | None
    """From here to `high`: the 95 % interval, which holds at all looks together."""
    high: float | None
    more_exams: int | None
    """Still expected to be needed; None where it is told, or where no number will do."""
    controls: tuple[int, ...]
    """Keys of the scanners that were compared with."""
    slope: float | None
    """Power of the weight that the dose goes with; None where size was not taken into account."""
    not_seen: tuple[str, ...]
    """What was left out, one sentence each."""
    version: str
    """Of the method."""
