"""The chart beside an answer: lines over time, bars by group, boxes, bins or a cloud."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from doseloop.ask.answer import Chart, Series, Value
from doseloop.model.quantities import converted
from doseloop.web.charts import heat_map
from doseloop.web.charts.level_lines import Line, are_numbered
from doseloop.web.charts.palette import Option, frame, nice_top
from doseloop.web.clock import short_time

_SHAPES: Final = ("circle", "rect", "triangle", "diamond", "pin", "arrow")
MOST_SERIES: Final = 6
"""As many as there are colours; the table has them all."""
MOST_BARS: Final = 24
_BESIDE: Final = 42
_MOST_PERIODS: Final = 800


def option(chart: Chart, unit: str, lines: Sequence[Line] = (), grain: str | None = None) -> Option:
    """What ECharts draws, values in `unit`. Lines of levels stand in charts over time and of groups.

    With the `grain` of the points a period without a value is a gap.
    """
    drawn = _DRAWN.get(chart.kind)
    if drawn is not None:
        return drawn(chart, unit)
    return _over_time(chart, unit, lines, grain) if chart.kind in ("line", "control") else _bars(chart, unit, lines)


def undrawn(chart: Chart) -> int:
    """Groups that are in the table alone, since there are more than colours for them."""
    return 0 if chart.kind == "heatmap" else max(0, len(chart.series) - MOST_SERIES)


def rows_of(chart: Chart) -> int | None:
    """How many rows high a chart by group is, 3 to 9; None for one of a fixed height."""
    if chart.kind not in ("bar", "box", "heatmap"):
        return None
    if chart.kind == "heatmap":
        return max(3, min(9, 1 + len(chart.series)))
    groups = len(_labels(chart)[:MOST_BARS]) if chart.kind != "box" else len(chart.series[0].points)
    return max(3, min(9, groups * (1 if len(chart.series) == 1 else 2)))


def _over_time(chart: Chart, unit: str, lines: Sequence[Line], grain: str | None) -> Option:
    made, shown = _framed(chart, unit), chart.series[:MOST_SERIES]
    labels = _filled(_labels(chart), grain)
    made["tooltip"] |= {"trigger": "axis"}
    made["legend"]["show"] = len(shown) > 1
    made["xAxis"] = {"type": "category", "data": [_said(one) for one in labels]}
    made["series"] = [
        {
            "type": "line", "name": one.name, "symbol": _SHAPES[at % len(_SHAPES)], "symbolSize": 7,
            "data": [_in_unit(chart, _by_place(one).get(each), unit) for each in labels],
        }
        for at, one in enumerate(shown)
    ]  # fmt: skip
    made["yAxis"] = {"type": "value", "min": 0, "max": nice_top(_reached(made, chart, unit, lines))}
    _mark(made, chart, unit, lines, "yAxis", "end" if are_numbered(lines) else "insideEndTop")
    return made


def _bars(chart: Chart, unit: str, lines: Sequence[Line]) -> Option:
    made, shown = _framed(chart, unit), chart.series[:MOST_SERIES]
    labels = _labels(chart)[:MOST_BARS]
    made["tooltip"] |= {"trigger": "axis"}
    made["legend"]["show"] = len(shown) > 1
    made["grid"]["top"] = 40 if len(shown) > 1 else 28
    made["yAxis"] = {"type": "category", "data": [_said(one) for one in labels], "inverse": True}
    made["series"] = [
        {
            "type": "bar",
            "name": one.name or chart.y_label,
            "barMaxWidth": 18,
            "data": [_in_unit(chart, _by_place(one).get(each), unit) for each in labels],
        }
        for one in shown
    ]
    made["xAxis"] = {"type": "value", "min": 0, "max": nice_top(_reached(made, chart, unit, lines))}
    _mark(made, chart, unit, lines, "xAxis", "start")
    return made


def _boxes(chart: Chart, unit: str) -> Option:
    points = chart.series[0].points[:MOST_BARS]
    made = _framed(chart, unit)
    made["legend"]["show"] = False
    made["tooltip"] |= {"trigger": "item"}
    made["yAxis"] = {"type": "category", "data": [_said(one[0]) for one in points], "inverse": True}
    data = [[_in_unit(chart, each, unit) for each in one[1:]] for one in points]
    made["xAxis"] = {"type": "value", "min": 0, "max": nice_top(one[-1] for one in data if one[-1] is not None)}
    made["series"] = [
        {"type": "boxplot", "name": chart.y_label, "boxWidth": [10, 26], "data": data, "ends": ["lowest", "highest"]}
    ]
    return made


def _bins(chart: Chart, unit: str) -> Option:
    made, shown = _framed(chart, unit), chart.series[:MOST_SERIES]
    edges = sorted({(one[0], one[1]) for series in shown for one in series.points}, key=lambda one: float(str(one[0])))
    made["tooltip"] |= {"trigger": "axis"}
    made["legend"]["show"] = len(shown) > 1
    made["xAxis"] = {
        "type": "category",
        "data": [f"{_in_unit(chart, low, unit):.3g} to {_in_unit(chart, high, unit):.3g}" for low, high in edges],
    }
    made["yAxis"] = {"type": "value", "min": 0, "minInterval": 1}
    made["series"] = [
        {
            "type": "bar",
            "name": one.name or "n",
            "barCategoryGap": "8%",
            "data": [{(p[0], p[1]): p[2] for p in one.points}.get(each, 0) for each in edges],
        }
        for one in shown
    ]
    return made


def _scatter(chart: Chart, unit: str) -> Option:
    made = _framed(chart, unit)
    made["legend"]["show"] = False
    made["tooltip"] |= {"trigger": "item"}
    made["xAxis"] = {"type": "value", "scale": True, "name": chart.x_label, "nameLocation": "middle", "nameGap": 28}
    made["grid"]["bottom"] = 32
    made["yAxis"] = {"type": "value", "min": 0}
    data = [[one[0], _in_unit(chart, one[1], unit)] for series in chart.series for one in series.points]
    made["series"] = [{"type": "scatter", "name": chart.y_label, "symbolSize": 6, "data": data}]
    return made


def _cells(chart: Chart, unit: str) -> Option:
    cells = {
        (point[0], one.name): _in_unit(chart, point[1], unit)
        for one in chart.series
        for point in one.points
        if point[1] is not None
    }
    across = heat_map.merged([[point[0] for point in one.points] for one in chart.series])
    return heat_map.option(_framed(chart, unit), cells, across, [one.name for one in chart.series], _said)


def _framed(chart: Chart, unit: str) -> Option:
    named = f"{chart.y_label} in {unit}" if unit else chart.y_label
    return frame(f"{named} by {chart.x_label}; the numbers are in the table.")


def _labels(chart: Chart) -> list[Any]:
    """What stands along the axis, in the order in which the answer has it; moments by time."""
    found = dict.fromkeys(point[0] for one in chart.series for point in one.points)
    return sorted(found) if found and all(isinstance(one, date) for one in found) else list(found)


def _filled(labels: list[Any], grain: str | None) -> list[Any]:
    """Every period from the first to the last; as they are where they are no days or too many."""
    if len(labels) < 2 or not all(type(one) is date for one in labels) or grain not in _AFTER:
        return labels
    found = [labels[0]]
    while found[-1] < labels[-1] and len(found) < _MOST_PERIODS:
        found.append(_AFTER[grain](found[-1]))
    return found if set(labels) <= set(found) else labels


def _months(n: int) -> Callable[[date], date]:
    return lambda day: date(day.year + (day.month - 1 + n) // 12, (day.month - 1 + n) % 12 + 1, 1)


_AFTER: Final[dict[str, Callable[[date], date]]] = {
    "day": lambda day: day + timedelta(days=1),
    "week": lambda day: day + timedelta(days=7),
    "month": _months(1),
    "quarter": _months(3),
    "year": _months(12),
}


_DRAWN: Final[dict[str, Callable[[Chart, str], Option]]] = {
    "scatter": _scatter,
    "histogram": _bins,
    "box": _boxes,
    "heatmap": _cells,
}


def _by_place(one: Series) -> dict[Value, Value]:
    return {point[0]: point[1] for point in one.points}


def _said(value: Any) -> str:
    if isinstance(value, datetime | date):
        return short_time(value)
    return str(value)


def _in_unit(chart: Chart, value: Any, unit: str) -> Any:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    if chart.quantity:
        return float(f"{converted(chart.quantity, float(value), unit):.4g}")
    return float(f"{value * 100:.4g}") if unit == "%" else value


def _reached(made: Option, chart: Chart, unit: str, lines: Sequence[Line]) -> list[float]:
    values = [each for one in made["series"] for each in one["data"] if isinstance(each, int | float)]
    return [*values, *(_in_unit(chart, line.value, unit) for line in lines)]


def _mark(made: Option, chart: Chart, unit: str, lines: Sequence[Line], axis: str, position: str) -> None:
    if not lines or not made["series"]:
        return
    numbered = are_numbered(lines)
    if axis == "yAxis" and numbered:
        made["grid"]["right"] = _BESIDE
    data = [
        {"name": str(n) if numbered else one.name, axis: _in_unit(chart, one.value, unit)}
        for n, one in enumerate(lines, 1)
    ]
    made["series"][0]["markLine"] = {
        "symbol": "none", "silent": True, "label": {"formatter": "{b}", "position": position, "distance": 4}, "data": data,
    }  # fmt: skip
