"""A figure by two groups as a field of cells, the darker the more; a cell without a value stays empty."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from doseloop.web.charts.palette import Option

MOST_WRITTEN = 80
"""Cells in which the value is written as well; of more it is told where one points, and in the table."""


def option(
    made: Option,
    cells: Mapping[tuple[Any, str], float],
    across: Sequence[Any],
    down: Sequence[str],
    said: Callable[[Any], str],
) -> Option:
    """What ECharts draws: `cells` by their place along and down, in the frame `made`."""
    made["legend"]["show"] = False
    made["grid"] |= {"top": 16, "bottom": 48}
    made["tooltip"] |= {"trigger": "item"}
    made["xAxis"] = {"type": "category", "data": [said(one) for one in across]}
    made["yAxis"] = {"type": "category", "data": list(down), "inverse": True}
    made["visualMap"] = _scale(cells)
    places = {one: at for at, one in enumerate(across)}, {one: at for at, one in enumerate(down)}
    data = [[places[0][x], places[1][y], value] for (x, y), value in cells.items()]
    made["series"] = [{"type": "heatmap", "data": data, "label": {"show": len(data) <= MOST_WRITTEN}}]
    return made


def merged(orders: Sequence[Sequence[Hashable]]) -> list[Any]:
    """One order that keeps each of the orders; where they contradict each other, the order in which they come.

    >>> merged([[8, 10], [8, 9, 10]])
    [8, 9, 10]
    """
    met = dict.fromkeys(one for order in orders for one in order)
    follows = TopologicalSorter(dict.fromkeys(met, ()))
    for order in orders:
        for before, after in pairwise(order):
            follows.add(after, before)
    try:
        return list(follows.static_order())
    except CycleError:
        return list(met)


def _scale(cells: Mapping[tuple[Any, str], float]) -> Option:
    digits = _digits(cells)
    least, most = min(cells.values(), default=0), max(cells.values(), default=1)
    return {
        "type": "continuous",
        "orient": "horizontal",
        "left": "center",
        "bottom": 4,
        "itemWidth": 12,
        "itemHeight": 160,
        "min": least,
        "max": most,
        "text": [f"{most:.{digits}f}", f"{least:.{digits}f}"],
        "precision": digits,
    }


def _digits(cells: Mapping[tuple[Any, str], float]) -> int:
    return 0 if all(float(one).is_integer() for one in cells.values()) or max(cells.values()) >= 100 else 1
