"""Which chart stands beside an answer's table, and its points."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from doseloop.ask.answer import Chart, Column, Series, Table
from doseloop.ask.compiled_groups import PERIOD
from doseloop.ask.figures import SHARES, Figure
from doseloop.ask.plan import Plan
from doseloop.ask.tables import figure_name

_DRAWN: Final = frozenset(("line", "bar", "control", "heatmap"))


def group_chart(plan: Plan, figures: Sequence[Figure], table: Table) -> Chart | None:
    """The first figure by group: over time as lines, else as bars; None for a single number or where a table is asked."""
    kind = _kind(plan)
    groups = [one for one in table.columns if one.kind == "group"]
    if kind is None or not groups or not table.rows or not figures:
        return None
    first = figures[0]
    x = _along(kind, groups, table)
    others = [one for one in groups if one is not x]
    lines: dict[str, list[tuple[Any, Any]]] = {}
    for row in table.records():
        name = ", ".join(str(row[one.key]) for one in others)
        lines.setdefault(name, []).append((row[x.key], row[first.key]))
    if x.key == PERIOD:
        lines = {
            name: sorted(points, key=lambda point: (point[0] is None, str(point[0]))) for name, points in lines.items()
        }
    quantity = first.measure.quantity if first.measure is not None and first.stat not in SHARES else None
    return Chart(
        kind,  # type: ignore[arg-type]  # one of `_DRAWN`
        _by(kind, x, others), figure_name(first), quantity.key if quantity else None, quantity.unit if quantity else "",
        tuple(Series(name, tuple(points)) for name, points in lines.items()),
    )  # fmt: skip


def _by(kind: str, x: Column, others: Sequence[Column]) -> str:
    """What the chart is by: a heat map has no legend that would name its other groups."""
    return " and ".join(one.label for one in (*others, x)) if kind == "heatmap" else x.label


def _along(kind: str, groups: Sequence[Column], table: Table) -> Column:
    """The group along the axis: periods, and in a heat map else the group of most kinds, since it is wider than high."""
    period = next((one for one in groups if one.key == PERIOD), None)
    if period is not None or kind != "heatmap":
        return period or groups[0]
    return max(groups, key=lambda one: len({row[one.key] for row in table.records()}))


def box_chart(figures: Sequence[Figure], table: Table) -> Chart:
    """Five numbers for each group."""
    measure = figures[0].measure
    groups = [one for one in table.columns if one.kind == "group"]
    points = tuple((_named(groups, row), *(row[one.key] for one in figures)) for row in table.records())
    quantity = measure.quantity if measure else None
    label = ", ".join(one.label for one in groups)
    return Chart("box", label, quantity.symbol if quantity else "", quantity.key if quantity else None,
                 quantity.unit if quantity else "", (Series("", points),))  # fmt: skip


def _kind(plan: Plan) -> str | None:
    if plan.chart in _DRAWN:
        return plan.chart
    if plan.chart != "auto":
        return None
    return "line" if plan.grain else "bar"


def _named(groups: Sequence[Any], row: Mapping[str, Any]) -> str:
    return ", ".join(str(row[one.key]) for one in groups)
