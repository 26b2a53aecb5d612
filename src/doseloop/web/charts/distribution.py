"""The distribution of a quantity on each scanner: box plots with the reference levels as lines."""

from collections.abc import Sequence

from doseloop.facts.procedure import ScannerDistribution
from doseloop.facts.quantities import Quantity
from doseloop.model.quantities import QUANTITIES, converted
from doseloop.web.charts.level_lines import Line, mark_lines
from doseloop.web.charts.palette import Option, frame, nice_top


def option(found: Sequence[ScannerDistribution], quantity: Quantity, unit: str, lines: Sequence[Line] = ()) -> Option:
    """A box from the 25th to the 75th percentile with the median; whiskers are the 5th and 95th. Values in `unit`."""
    symbol = QUANTITIES[quantity].symbol
    chart = frame(f"{symbol} in {unit} on {len(found)} scanners: median, quartiles, 5th and 95th percentiles.")
    chart["legend"]["show"] = False
    chart["grid"]["top"] = 28
    chart["tooltip"] |= {"trigger": "item"}
    chart["yAxis"] = {
        "type": "category",
        "data": [f"{one.scanner_name}\nn = {one.n}" for one in found],
        "inverse": True,
    }
    chart["yAxis"]["axisLabel"] = {"lineHeight": 15}
    reached = [one.p95 for one in found] + [line.value for line in lines]
    chart["xAxis"] = {"type": "value", "min": 0, "max": nice_top(converted(quantity, value, unit) for value in reached)}
    chart["series"] = [
        {
            "type": "boxplot",
            "name": symbol,
            "boxWidth": [10, 26],
            "data": [[converted(quantity, value, unit) for value in _five(one)] for one in found],
            "markLine": mark_lines(lines, "xAxis", quantity, unit, "start"),
        }
    ]
    return chart


def _five(one: ScannerDistribution) -> tuple[float, ...]:
    return one.p5, one.p25, one.median, one.p75, one.p95
