"""What a scanner records: limits of a quantity that are learnt from its own past, and a value outside of them.

The middle is the median of the logarithms and the spread Qn (`robust_scale`), of the acquisition protocol where the past has
enough of it, else of the scanner. Since a scanner's protocols differ by orders of magnitude, the limits are at least twice
past what all but one value in fifty reached on either side. A value outside is marked, never changed; what cannot be at all
(`reference.physical_bounds`) counts as not recorded before it comes here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, isfinite, log
from typing import Final

import numpy as np

from doseloop.assess.robust_scale import Floats, qn_scale, t_quantile

LEAST: Final = 30
"""Earlier values of one protocol that make limits; of fewer nothing is said."""
LEAST_OF_SCANNER: Final = 100
"""Earlier values of all protocols of a scanner that make limits: with thirty, one value in a hundred lies outside, since rare
protocols are not among them yet (`tests/assess/test_plausibility.py`)."""
MOST: Final = 400
"""Values that are looked at, the newest: Qn compares each pair."""
_Z: Final = 4.5
"""Of normal logarithms three values in a million lie further out on either side together (7 in a million)."""
_LEAST_SPREAD: Final = 0.1
"""Spread of logarithms below which technique is fixed: a tenth is what rounding and ageing move."""
_REACHED: Final = (0.02, 0.98)
_PAST_REACHED: Final = log(2)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a scanner records of a quantity, in the quantity's own unit."""

    low: float
    high: float
    n: int
    protocol: str
    """The acquisition protocol whose past it is; empty where it is the scanner's."""

    def holds(self, value: float) -> bool:
        """Whether a value lies within."""
        return self.low <= value <= self.high


def limits(protocol: str, past: Iterable[tuple[str, float]]) -> Limits | None:
    """Limits for a value of that protocol; None where there is not enough history. `past` has protocol and value, the newest
    first; zeros, and what is no number, are passed over."""
    sound = [(name, value) for name, value in past if isfinite(value) and value > 0]
    own = [value for name, value in sound if protocol and name == protocol]
    if len(own) >= LEAST:
        return _learnt(own[:MOST], protocol)
    return _learnt([value for _, value in sound][:MOST], "") if len(sound) >= LEAST_OF_SCANNER else None


def _learnt(values: Sequence[float], protocol: str) -> Limits:
    logs: Floats = np.log(np.asarray(values, dtype=np.float64))
    middle, spread = float(np.median(logs)), max(qn_scale(logs), _LEAST_SPREAD)
    reach = t_quantile(_Z, len(logs) - 1) * spread
    low, high = (float(one) for one in np.quantile(logs, _REACHED))
    return Limits(
        exp(min(middle - reach, low - _PAST_REACHED)),
        exp(max(middle + reach, high + _PAST_REACHED)),
        len(logs),
        protocol,
    )
