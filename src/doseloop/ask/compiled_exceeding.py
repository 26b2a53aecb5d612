"""Which exams are above a reference level, one by one: no verdict, for a level is for the median of a group (ICRP 135)."""

from collections import defaultdict
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from doseloop.ask.measures import Level
from doseloop.ask.reference import Standard
from doseloop.model.quantities import QUANTITIES
from doseloop.model.reference_level import ReferenceLevel

_MONTHS = 12.0


def above(table: ir.Table, level: Level, standards: Sequence[Standard]) -> ir.Table:
    """The rows for which there is a level, with `above`. Of several levels of a quantity the first that fits counts.

    Settled exams alone, without what only headers tell. Ages, phantoms and the weights and thicknesses that a level names must fit,
    and be known.
    """
    own = [one for one in standards if one.rows == level]
    told = table.filter(table.settled, table.eligible)
    quantities = sorted({one.level.quantity for one in own})
    if not quantities:
        return told.filter(ibis.literal(False)).mutate(above=ibis.literal(False))
    judged = [_judged(told, quantity, own) for quantity in quantities]
    marked = told.mutate(
        above=ibis.greatest(*(one.cast("int64") for one in judged)) if len(judged) > 1 else judged[0].cast("int64")
    )
    return marked.filter(marked.above.notnull()).mutate(above=lambda row: row.above > 0)


def _judged(table: ir.Table, quantity: str, standards: Sequence[Standard]) -> ir.BooleanValue:
    by_procedure: dict[str, dict[str, tuple[ReferenceLevel, list[int]]]] = defaultdict(dict)
    for one in standards:
        if one.level.quantity == quantity and one.level.group.sex is None:
            by_procedure[one.level.procedure or ""].setdefault(one.level.id, (one.level, []))[1].append(one.site)
    value = table[quantity]
    cases = [
        (
            table.procedure == key,
            ibis.cases(*((_fits(table, level, sites), value > level.value) for level, sites in these.values())),
        )
        for key, these in sorted(by_procedure.items())
    ]
    found = ibis.cases(*cases) if cases else ibis.null(bool)
    return value.notnull().ifelse(found, None)


def _fits(table: ir.Table, level: ReferenceLevel, sites: list[int]) -> ir.BooleanValue:
    group = level.group
    asked = [table.site.isin(sites), *_spanned(table.age_years * _MONTHS, group.ages.low, group.ages.below)]
    asked += _spanned(table.weight_kg, group.weights.low, group.weights.below)
    if QUANTITIES[level.quantity].needs_phantom:
        asked.append(table.phantom_cm == (level.phantom_cm or -1))
    if "compression_thickness_mm" in table.columns:
        asked += _spanned(table.compression_thickness_mm, group.thicknesses.low, group.thicknesses.below)
    if level.views and "view" in table.columns:
        asked.append(table["view"].lower().isin(list(level.views)))
    return ibis.and_(*asked)


def _spanned(value: ir.Value, low: float | None, below: float | None) -> list[ir.BooleanValue]:
    return [*([] if low is None else [value >= low]), *([] if below is None else [value < below])]
