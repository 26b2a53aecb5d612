"""The values of one group in the order of time, with the level and the median."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from doseloop.model.quantities import QUANTITIES, converted
from doseloop.web.charts.palette import Option, frame, nice_top

MOST = 2_000
"""Points that are drawn, the newest."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value in the quantity's own unit."""

    day: date
    value: float
    in_median: bool


def option(points: Sequence[Point], quantity: str, unit: str, level: float, middle: float | None) -> Option:
    """Dots for what is in the median, hollow ones for what was left out. Values in `unit`."""
    symbol = QUANTITIES[quantity].symbol
    chart = frame(f"{len(points)} values of {symbol} in {unit} by day, with the level.")
    chart["xAxis"] = {"type": "time"}
    chart["tooltip"] |= {"trigger": "item"}
    reached = [*(converted(quantity, one.value, unit) for one in points), converted(quantity, level, unit)]
    chart["yAxis"] = {"type": "value", "min": 0, "max": nice_top(reached)}
    lines: list[Option] = [{"name": "level", "yAxis": converted(quantity, level, unit)}]
    if middle is not None:
        lines.append(
            {
                "name": "median",
                "yAxis": converted(quantity, middle, unit),
                "lineStyle": {"type": "solid"},
                "label": {"position": "insideStartTop"},
            }
        )
    chart["series"] = [
        _dots("in the median", [one for one in points if one.in_median], quantity, unit, "circle"),
        _dots("left out", [one for one in points if not one.in_median], quantity, unit, "emptyCircle"),
    ]
    chart["series"][0]["markLine"] = {
        "symbol": "none", "silent": True, "label": {"formatter": "{b}", "position": "insideEndTop"}, "data": lines,
    }  # fmt: skip
    return chart


def _dots(name: str, points: Sequence[Point], quantity: str, unit: str, shape: str) -> Option:
    data = [[one.day.isoformat(), converted(quantity, one.value, unit)] for one in points]
    return {"type": "scatter", "name": name, "symbol": shape, "symbolSize": 7, "data": data}
