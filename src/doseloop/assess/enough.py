"""When a group that is too small will be large enough for a comparison."""

import math
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

_FEWEST = 3
"""Below these many values no pace is told: two exams of one week are no rate."""


def enough_on(days: NDArray[np.datetime64], least: int, first: date, last: date) -> date | None:
    """The day on which a group has `least` values, if they go on coming as they have come since the first of them.

    `days` are those of its values within the window `first` to `last` (included), which moves on with time: what leaves it
    does not count any more. None where there are fewer than three values, where there are enough already, or where a window of
    this length would never hold so many.
    """
    n = len(days)
    if n < _FEWEST or n >= least:
        return None
    window_days = (last - first).days + 1
    begun = np.min(days).astype("datetime64[D]").item()
    seen_days = max((last - begun).days + 1, 1)
    per_day = n / seen_days
    if per_day * window_days < least:
        return None
    return last + timedelta(days=math.ceil((least - n) / per_day))
