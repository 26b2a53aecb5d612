"""What all charts share. Colours are names of the page's custom properties; the script that draws puts the colours in."""

import math
from collections.abc import Iterable
from typing import Any

Option = dict[str, Any]
SERIES = ("--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6")


def frame(description: str) -> Option:
    """An option with the house's grid, tooltip and description for screen readers."""
    return {
        "aria": {"enabled": True, "label": {"description": description}, "decal": {"show": True}},
        "grid": {"left": 12, "right": 20, "top": 40, "bottom": 8, "containLabel": True},
        "tooltip": {"renderMode": "richText", "confine": True},
        "legend": {"type": "scroll", "left": 8, "top": 4, "icon": "roundRect"},
        "color": list(SERIES),
    }


def nice_top(values: Iterable[float]) -> float | None:
    """The next of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten above all values: where an axis ends. None of none."""
    highest = max(values, default=0.0)
    if highest <= 0:
        return None
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (*_STEPS, 10.0) if step * power >= highest * 1.02 or step == 10.0)


_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
