"""How values are spread: quartiles and a histogram, or one quantity against another."""

import math
from dataclasses import dataclass
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from doseloop.ask.answer import Series
from doseloop.ask.compiled_figures import Found, Key, statistics
from doseloop.ask.compiled_groups import PHANTOM
from doseloop.ask.figures import Figure, valued
from doseloop.ask.measures import Measure
from doseloop.ask.selection import Selection
from doseloop.model.errors import NotAnswerable

BOX: Final = ("min", "p25", "median", "p75", "max")
_BINS: Final = 20
_LEAST_PAIRS: Final = 3


def box_figures(measure: Measure) -> tuple[Figure, ...]:
    """The five numbers of a box."""
    return tuple(Figure(stat, measure) for stat in BOX)


def spread_of(selection: Selection) -> Measure:
    """The one quantity whose distribution is asked. Errors: `NotAnswerable` where more are."""
    asked = valued(selection.plan, selection.modalities)
    if len(asked) != 1 and selection.plan.metrics and selection.plan.metrics[0].quantity not in (None, "default"):
        raise NotAnswerable("underspecified", "A distribution is of one quantity.", "Name one.")
    if not asked:
        raise NotAnswerable("underspecified", "The distribution of which quantity is not named.", "Name one, as DLP.")
    return selection.main if selection.main in asked else asked[0]


def histogram(selection: Selection, measure: Measure, found: Found) -> tuple[tuple[Key, Series], ...]:
    """How many values lie in each of twenty bins of one width, for each group that has any."""
    ends = [(one[f"min:{measure.name}"], one[f"max:{measure.name}"]) for one in found.groups.values()]
    if not ends:
        return ()
    low, high = min(each for each, _ in ends), max(each for _, each in ends)
    width = (high - low) / _BINS or 1.0
    table, groups = selection.rows(measure.level(selection.ground.whole))
    told = table.filter(table.settled, table.eligible, table[measure.column].notnull())
    place = ((told[measure.column] - low) / width).floor().cast("int64")
    last = ibis.least(place, ibis.literal(_BINS - 1))
    phantom = told.phantom_cm if measure.needs_phantom else ibis.null("int64")
    binned = told.mutate(bin=ibis.greatest(last, ibis.literal(0)), by_phantom=phantom)
    rows = selection.ground.session.records(
        binned.group_by(*groups, f"by_{PHANTOM}", "bin").agg(n=binned.count()).order_by("bin")
    )
    points: dict[Key, list[tuple[Any, ...]]] = {}
    for row in rows:
        key = tuple(row[one] for one in (*groups, f"by_{PHANTOM}"))
        start = low + row["bin"] * width
        points.setdefault(key, []).append((start, start + width, row["n"]))
    return tuple((key, Series("", tuple(bins))) for key, bins in points.items() if key in found.groups)


@dataclass(frozen=True, slots=True)
class Pairs:
    """One quantity against another."""

    x: Measure
    y: Measure
    found: Found
    """`r` and `n` by group."""
    points: tuple[tuple[float, float], ...]
    """Some of the pairs, chosen without regard to their values."""
    n: int


def correlated(selection: Selection) -> Pairs:
    """The first quantity of a plan (y) against the second (x): Pearson's correlation by group, and some of the pairs.

    Errors: `NotAnswerable` where there are not two quantities that the same rows have.
    """
    measures = valued(selection.plan, selection.modalities)
    if len(measures) != 2:
        raise NotAnswerable(
            "underspecified", "A relation is of two quantities.", "Name two, as AGD against breast thickness."
        )
    y, x = measures
    levels = {one.level(selection.ground.whole) for one in measures if not one.everywhere} or {selection.ground.whole}
    if len(levels) > 1:
        raise NotAnswerable(
            "unsupported_calculation",
            f"{y.quantity.symbol} and {x.quantity.symbol} are not of the same: one is of single acquisitions, the other of more.",
        )
    table, groups = selection.rows(levels.pop())
    told = table.filter(table.settled, table.eligible, table[x.column].notnull(), table[y.column].notnull())
    phantom = told.phantom_cm if x.needs_phantom or y.needs_phantom else ibis.null("int64")
    pairs = told.mutate(by_phantom=phantom, of_x=told[x.column], of_y=told[y.column])
    found = _correlations(selection, pairs, (*groups, f"by_{PHANTOM}"))
    n = sum(one["n"] for one in found.groups.values())
    return Pairs(x, y, found, _points(selection, pairs, n), n)


def _correlations(selection: Selection, pairs: ir.Table, groups: tuple[str, ...]) -> Found:
    found = Found()
    made = pairs.group_by(*groups).agg(
        n=pairs.count(), sx=pairs.of_x.std(how="pop"), sy=pairs.of_y.std(how="pop"), xy=(pairs.of_x * pairs.of_y).mean(),
        mx=pairs.of_x.mean(), my=pairs.of_y.mean(),
    )  # fmt: skip
    for row in selection.ground.session.records(made):
        varies = row["n"] >= _LEAST_PAIRS and row["sx"] and row["sy"]
        r = (row["xy"] - row["mx"] * row["my"]) / (row["sx"] * row["sy"]) if varies else None
        told = r if r is not None and math.isfinite(r) else None
        found.put(tuple(row[one] for one in groups), {"r": told and max(-1.0, min(1.0, told)), "n": row["n"]})
    return found


def _points(selection: Selection, pairs: ir.Table, n: int) -> tuple[tuple[float, float], ...]:
    step = max(1, math.ceil(n / selection.rules.most_points))
    some = pairs.filter(pairs.unit % step == 0).order_by("unit").limit(selection.rules.most_points)
    rows = selection.ground.session.records(some.select("of_x", "of_y"))
    return tuple((row["of_x"], row["of_y"]) for row in rows)


def spread(selection: Selection, measure: Measure) -> Found:
    """The five numbers of each group."""
    found = Found()
    level = measure.level(selection.ground.whole)
    table, groups = selection.rows(level)
    statistics(found, selection.ground, table, groups, list(box_figures(measure)), selection.once(level))
    return found
