"""Statistics of values by group, as Ibis expressions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from doseloop.ask.compiled_groups import PHANTOM
from doseloop.ask.compiled_rows import Ground
from doseloop.ask.fields import PEOPLE, REPEAT_HOURS
from doseloop.ask.figures import Figure
from doseloop.ask.measures import Measure
from doseloop.ask.period import Period

Key = tuple[Any, ...]
_WHYS: Final = ("provisional", "estimated", "missing")
_QUANTILES: Final = {"median": 0.5, "p25": 0.25, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}


@dataclass(slots=True)
class Found:
    """Figures by group. A key holds the values of the groups, and the phantom last."""

    groups: dict[Key, dict[str, Any]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def put(self, key: Key, values: dict[str, Any]) -> None:
        """Add figures to a group."""
        self.groups.setdefault(key, {}).update(values)

    def leave_out(self, why: str, count: int | None) -> None:
        """Add to what was left out."""
        if count:
            self.left_out[why] = self.left_out.get(why, 0) + count


def statistics(
    found: Found,
    ground: Ground,
    table: ir.Table,
    groups: tuple[str, ...],
    figures: list[Figure],
    once: Callable[[], ir.Table],
) -> None:
    """Add statistics of one quantity: of settled exams, without what only headers tell. Quantiles are of type 7.

    `once` gives every row once, to count what is left out: groups of people have some of them twice.
    """
    measure = figures[0].measure
    if measure is None:
        raise ValueError("A statistic is of a quantity.")
    phantom = table.phantom_cm if measure.needs_phantom else ibis.null("int64")
    counted = (table.settled & table.eligible).ifelse(table[measure.column], None)
    table = table.mutate(counted=counted, by_phantom=phantom)
    keys = (*groups, f"by_{PHANTOM}")
    twice = any(f"by_{one}" in groups for one in PEOPLE)
    made = table.group_by(*keys).agg(
        n=table.counted.count(),
        **({} if twice else _left_out(table, measure)),
        **{one.key: of_values(table.counted, one.stat) for one in figures},
    )
    rows = ground.session.records(made)
    for row in _counted_once(ground, once(), measure) if twice else rows:
        for why in _WHYS:
            found.leave_out(f"{why}:{measure.name}", row[why])
    for row in rows:
        if row["n"]:
            values = {one.key: row[one.key] for one in figures}
            found.put(tuple(row[one] for one in keys), {**values, f"n:{measure.name}": row["n"]})


def _counted_once(ground: Ground, once: ir.Table, measure: Measure) -> list[dict[str, Any]]:
    return ground.session.records(once.agg(**_left_out(once, measure)))


def _left_out(table: ir.Table, measure: Measure) -> dict[str, ir.Value]:
    told = table[measure.column].notnull()
    return {
        "provisional": (told & ~table.settled).sum(),
        "estimated": (told & table.settled & ~table.eligible).sum(),
        "missing": (~told).sum(),
    }


def of_values(value: ir.Value, stat: str) -> ir.Value:
    """One statistic of the values that are there."""
    if stat in _QUANTILES:
        return value.quantile(_QUANTILES[stat])
    if stat == "iqr":
        return value.quantile(0.75) - value.quantile(0.25)
    if stat == "sd":
        return value.std(how="sample")
    return {"mean": value.mean, "min": value.min, "max": value.max, "sum": value.sum}[stat]()


def counts(found: Found, ground: Ground, table: ir.Table, groups: tuple[str, ...], name: str, of: str) -> None:
    """Add a count of different exams or patients, provisional ones among them."""
    counted = table[of].nunique()
    made = table.group_by(*groups).agg(counted=counted) if groups else table.agg(counted=counted)
    for row in ground.session.records(made):
        if row["counted"] or not groups:
            found.put((*(row[one] for one in groups), None), {name: row["counted"]})


def missing(
    found: Found, ground: Ground, table: ir.Table, groups: tuple[str, ...], measure: Measure, name: str
) -> None:
    """Add the share of rows without a value."""
    without, of = table[measure.column].isnull().sum(), table.count()
    made = table.group_by(*groups).agg(without=without, of=of) if groups else table.agg(without=without, of=of)
    for row in ground.session.records(made):
        if row["of"]:
            values = {
                name: row["without"] / row["of"],
                f"without:{measure.name}": row["without"],
                f"of:{measure.name}": row["of"],
            }
            found.put((*(row[one] for one in groups), None), values)


def repeats(ground: Ground, period: Period) -> ir.Table:
    """Exams that began within a day after another one of the same patient and modality, whichever scanner or protocol it was."""
    exams = ground.session.exams
    dated = exams.filter(exams.excluded_as == "", exams.started_at.notnull())
    if period.end is not None:
        dated = dated.filter(dated.started_at < period.end)
    if period.start is not None:
        dated = dated.filter(dated.started_at >= period.start - timedelta(hours=REPEAT_HOURS))
    order = ibis.window(group_by=["patient", "modality"], order_by=["started_at", "exam"])
    after = dated.mutate(previous=dated.started_at.lag().over(order))
    near = after.started_at <= after.previous + ibis.interval(hours=REPEAT_HOURS)
    return after.filter(near).select("exam")
