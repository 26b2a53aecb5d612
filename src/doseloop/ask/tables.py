"""Figures by group as a table in the order that a plan asks for."""

from collections.abc import Sequence
from typing import Any, Final

from doseloop.ask.answer import Column, Table, Value
from doseloop.ask.compiled_figures import Found, Key
from doseloop.ask.compiled_groups import PERIOD, PHANTOM
from doseloop.ask.figures import COUNTS, SHARES, Figure
from doseloop.ask.known import Known
from doseloop.ask.labels import label, order_of
from doseloop.ask.measures import MEASURES, Measure
from doseloop.ask.plan import Plan
from doseloop.ask.wording import words
from doseloop.model.errors import NotAnswerable

_NEEDING_PHANTOM: Final = frozenset(name for name, one in MEASURES.items() if one.needs_phantom)
_PHANTOM_COUNTS: Final = frozenset(f"n:{name}" for name in _NEEDING_PHANTOM)


def dimensions(plan: Plan) -> tuple[str, ...]:
    """What the keys of the groups are of, the phantom last."""
    return (*plan.group_by, *((PERIOD,) if plan.grain else ()), PHANTOM)


def group_table(plan: Plan, figures: Sequence[Figure], found: Found, known: Known, most: int) -> Table:
    """Groups without a CTDI phantom column where only one phantom, or none, has values."""
    names, split = dimensions(plan), splits(found)
    merged = found.groups if split else _without_phantom(found)
    keys = _ordered(plan, figures, merged, names, known)
    rows = tuple(_row(key, merged[key], names if split else names[:-1], figures, known) for key in keys[:most])
    shown = names if split else names[:-1]
    return Table((*(group_column(one) for one in shown), *figure_columns(figures)), rows, len(merged))


def splits(found: Found) -> bool:
    """Whether there are values of more than one CTDI phantom, or of an unknown one beside a known."""
    return len({key[-1] for key, values in found.groups.items() if _has_values(values)}) > 1


def group_column(dimension: str) -> Column:
    """The column of a group."""
    return Column(dimension, str(words()["dimensions"][dimension]), "group")


def figure_columns(figures: Sequence[Figure]) -> tuple[Column, ...]:
    """Each figure, and after the last of a quantity how many values it is of."""
    found: dict[str, Column] = {}
    for one in figures:
        found[one.key] = figure_column(one)
        for column in _counted(one):
            found.pop(column.key, None)
            found[column.key] = column
    return tuple(found.values())


def figure_column(figure: Figure) -> Column:
    """The column of a figure."""
    if figure.stat in SHARES or figure.stat in COUNTS or figure.measure is None:
        return Column(figure.key, figure_name(figure), "share" if figure.stat in SHARES else "count")
    quantity = figure.measure.quantity
    return Column(figure.key, figure_name(figure), "number", quantity.key, quantity.unit)


def figure_name(figure: Figure) -> str:
    """`median DLP`, `exams`."""
    said = words()
    stat = str(said["stats"][figure.stat])
    if figure.measure is None:
        return stat
    return str(said["of_quantity"].format(stat=stat, symbol=symbol_of(figure.measure)))


def symbol_of(measure: Measure) -> str:
    """What a quantity is called beside its figures."""
    return str(words()["weight"]) if measure.everywhere else measure.quantity.symbol


def _counted(figure: Figure) -> list[Column]:
    said = words()["columns"]
    if figure.stat == "missing_rate" and figure.measure is not None:
        return [
            Column(f"without:{figure.measure.name}", said["above"], "count"),
            Column(f"of:{figure.measure.name}", said["of"], "count"),
        ]
    if figure.stat == "share":
        return [Column("with", said["exams"], "count"), Column("of", said["of"], "count")]
    if figure.stat in ("exceed_rate", "exceed_count"):
        above = [Column("above", said["above"], "count")] if figure.stat == "exceed_rate" else []
        return [*above, Column("of", said["of"], "count")]
    if figure.measure is None:
        return []
    return [Column(f"n:{figure.measure.name}", said["n"].format(symbol=symbol_of(figure.measure)), "count")]


def _without_phantom(found: Found) -> dict[Key, dict[str, Any]]:
    merged: dict[Key, dict[str, Any]] = {}
    for key, values in found.groups.items():
        merged.setdefault((*key[:-1], None), {}).update(values)
    return merged


def _has_values(values: dict[str, Any]) -> bool:
    return any(name in _PHANTOM_COUNTS for name in values)


def _row(
    key: Key, values: dict[str, Any], names: Sequence[str], figures: Sequence[Figure], known: Known
) -> tuple[Value, ...]:
    groups = [_phantom(label(name, each, known), name, values) for name, each in zip(names, key, strict=False)]
    return (*groups, *(values.get(one.key) for one in figure_columns(figures)))


def _phantom(said: Value, name: str, values: dict[str, Any]) -> Value:
    """What is counted without regard to phantoms stands in a row of its own."""
    return str(words()["all_phantoms"]) if name == PHANTOM and not _has_values(values) else said


def _ordered(
    plan: Plan, figures: Sequence[Figure], groups: dict[Key, dict[str, Any]], names: Sequence[str], known: Known
) -> list[Key]:
    """By the figure that the plan orders by, else by the groups. Where phantoms stand apart each has an order of its own, and the
    limit is for each: a dose for one is neither higher nor lower than a dose for the other.
    """
    keys = sorted(
        groups, key=lambda key: tuple(order_of(name, each, known) for name, each in zip(names, key, strict=True))
    )
    if plan.order is None:
        return keys[: plan.limit]
    by = ordering(plan.order.by, figures)
    apart = by.partition(":")[2] in _NEEDING_PHANTOM
    found: list[Key] = []
    for phantom in sorted(
        {key[-1] if apart else None for key in keys}, key=lambda one: (-_weight(groups, one), one or 0)
    ):
        these = [key for key in keys if not apart or key[-1] == phantom]
        told = [key for key in these if groups[key].get(by) is not None]
        told.sort(key=lambda key: groups[key][by], reverse=plan.order.dir == "desc")
        found += [*told, *(key for key in these if groups[key].get(by) is None)][: plan.limit]
    return found


def _weight(groups: dict[Key, dict[str, Any]], phantom: object) -> int:
    """Values for a phantom."""
    return sum(
        n for key, one in groups.items() if key[-1] == phantom for name, n in one.items() if name in _PHANTOM_COUNTS
    )


def ordering(by: str | None, figures: Sequence[Figure]) -> str:
    """The key of the figure that a plan orders by. Errors: `NotAnswerable` where it is none of those that are asked."""
    if by is None and figures:
        return figures[0].key
    for one in figures:
        if by in (one.key, one.measure.name if one.measure else None, one.stat if one.measure is None else None):
            return one.key
    for one in figures:
        if by == one.stat or by == f"default:{one.measure.name if one.measure else ''}":
            return one.key
    raise NotAnswerable(
        "underspecified", "The figure to order by is not among those that are asked.", "Order by one that is."
    )
