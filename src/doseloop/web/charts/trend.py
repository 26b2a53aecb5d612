"""The median of a quantity by period, one line for each scanner."""

from collections.abc import Sequence
from datetime import date

from doseloop.facts.procedure import TrendPoint
from doseloop.facts.quantities import Quantity
from doseloop.facts.windows import Grain
from doseloop.model.quantities import QUANTITIES, converted
from doseloop.web.charts.distribution import Line
from doseloop.web.charts.palette import Option, frame, nice_top

_SHAPES = ("circle", "rect", "triangle", "diamond", "pin", "arrow")


def option(
    points: Sequence[TrendPoint], quantity: Quantity, unit: str, grain: Grain, lines: Sequence[Line] = ()
) -> Option:
    """Lines with a gap where a period has no value; the size of a point says nothing. Values in `unit`."""
    symbol = QUANTITIES[quantity].symbol
    periods = sorted({point.period_start for point in points})
    medians = {(point.scanner, point.period_start): point.median for point in points}
    names = {point.scanner: point.scanner_name for point in points}
    chart = frame(f"Median {symbol} in {unit} by period on {len(names)} scanners.")
    chart["tooltip"] |= {"trigger": "axis"}
    chart["xAxis"] = {"type": "category", "data": [_period(period, grain) for period in periods]}
    reached = [*medians.values(), *(line.value for line in lines)]
    chart["yAxis"] = {"type": "value", "min": 0, "max": nice_top(converted(quantity, value, unit) for value in reached)}
    chart["series"] = [
        {
            "type": "line",
            "name": name,
            "symbol": _SHAPES[position % len(_SHAPES)],
            "symbolSize": 7,
            "data": [_shown(medians.get((key, period)), quantity, unit) for period in periods],
        }
        for position, (key, name) in enumerate(sorted(names.items(), key=lambda one: (one[1], one[0])))
    ]
    if chart["series"] and lines:
        data = [{"name": line.name, "yAxis": converted(quantity, line.value, unit)} for line in lines]
        label = {"formatter": "{b}", "position": "insideEndTop"}
        chart["series"][0]["markLine"] = {"symbol": "none", "silent": True, "label": label, "data": data}
    return chart


def _period(start: date, grain: Grain) -> str:
    return f"{start:%b %Y}" if grain is Grain.MONTH else f"{start.day} {start:%b}"


def _shown(value: float | None, quantity: Quantity, unit: str) -> float | None:
    return None if value is None else converted(quantity, value, unit)
