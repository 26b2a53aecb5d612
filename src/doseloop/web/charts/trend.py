"""A figure by period, one line for each scanner: the median of a quantity, or the share of a defect."""

from collections.abc import Mapping, Sequence
from datetime import date

from doseloop.facts.procedure import TrendPoint
from doseloop.facts.quality import QualityPoint
from doseloop.facts.quantities import Quantity
from doseloop.facts.windows import Grain
from doseloop.model.quantities import QUANTITIES, converted
from doseloop.web.charts.level_lines import Line, are_numbered, mark_lines
from doseloop.web.charts.palette import Option, frame, nice_top

_SHAPES = ("circle", "rect", "triangle", "diamond", "pin", "arrow")
_BESIDE = 42
"""Pixels for the numbers of levels."""


def option(
    points: Sequence[TrendPoint], quantity: Quantity, unit: str, grain: Grain, lines: Sequence[Line] = ()
) -> Option:
    """Lines with a gap where a period has no value; the size of a point says nothing. Values in `unit`."""
    symbol = QUANTITIES[quantity].symbol
    medians = {(one.scanner, one.period_start): converted(quantity, one.median, unit) for one in points}
    chart = _lines(points, medians, grain, f"Median {symbol} in {unit} by period")
    reached = [*medians.values(), *(converted(quantity, line.value, unit) for line in lines)]
    chart["yAxis"] = {"type": "value", "min": 0, "max": nice_top(reached)}
    if chart["series"] and lines:
        position = "end" if are_numbered(lines) else "insideEndTop"
        chart["grid"]["right"] = _BESIDE if are_numbered(lines) else chart["grid"]["right"]
        chart["series"][0]["markLine"] = mark_lines(lines, "yAxis", quantity, unit, position)
    return chart


def shares(points: Sequence[QualityPoint], title: str, grain: Grain) -> Option:
    """Lines of the share of exams that have a defect, in per cent."""
    found = {(one.scanner, one.period_start): round(100 * (one.share.share or 0.0), 1) for one in points}
    chart = _lines(points, found, grain, f"{title}: share of exams in per cent by period")
    top = nice_top(found.values())
    chart["yAxis"] = {"type": "value", "min": 0, "max": min(100.0, top) if top else 1.0}
    return chart


def _lines(
    points: Sequence[TrendPoint | QualityPoint], values: Mapping[tuple[int, date], float], grain: Grain, title: str
) -> Option:
    """A line for each scanner, with a gap where a period has no value."""
    periods = sorted({point.period_start for point in points})
    names = {point.scanner: point.scanner_name for point in points}
    chart = frame(f"{title} on {len(names)} scanners.")
    chart["tooltip"] |= {"trigger": "axis"}
    chart["xAxis"] = {"type": "category", "data": [_period(period, grain) for period in periods]}
    chart["series"] = [
        {
            "type": "line",
            "name": name,
            "symbol": _SHAPES[position % len(_SHAPES)],
            "symbolSize": 7,
            "data": [values.get((key, period)) for period in periods],
        }
        for position, (key, name) in enumerate(sorted(names.items(), key=lambda one: (one[1], one[0])))
    ]
    return chart


def _period(start: date, grain: Grain) -> str:
    return f"{start:%b %Y}" if grain is Grain.MONTH else f"{start.day} {start:%b}"
