"""Figures of procedures: distributions by scanner, trends, the values of a group, the list of procedures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts, Session
from doseloop.facts.quantities import ADULT, UNKNOWN_AGE, Quantity, default_quantity
from doseloop.facts.windows import Grain, Window
from doseloop.model.size_counts import SizeCounts

_GROUP = (
    "exam",
    "exam_started_at",
    "position",
    "scanner",
    "scanner_name",
    "weight_kg",
    "weight_source",
    "phantom_cm",
    "settled",
)


@dataclass(frozen=True, slots=True)
class ScannerDistribution:
    """A quantity's distribution on one scanner, in the unit of the quantity.

    Percentiles interpolate linearly (type 7 of Hyndman and Fan, The American Statistician 50 (1996) 361-365).
    """

    scanner: int
    scanner_name: str
    n: int
    """Values of settled exams: parts, or main acquisitions for CTDIvol. At least 1. All figures are of these."""
    minimum: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float
    maximum: float
    sizes: SizeCounts
    """Of the n, where weights came from."""
    n_provisional: int
    """Values of exams that are not settled, which may still grow; not in `n`."""
    n_without_value: int
    """Parts or acquisitions in the window that do not tell the quantity; not in `n`."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A scanner's values of settled exams within one period."""

    period_start: date
    scanner: int
    scanner_name: str
    n: int
    median: float
    p75: float
    sizes: SizeCounts


@dataclass(frozen=True, slots=True)
class GroupValue:
    """One value of a group that is compared with a reference level."""

    exam: int
    value: float
    weight_kg: float | None
    weight_source: str
    phantom_cm: int | None
    settled: bool


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """One procedure within a window."""

    key: str
    name: str
    modality: str
    exams: int
    scanners: int
    quantity: Quantity
    """The one that the median is of."""
    median: float | None
    """Of eligible adult parts of settled exams; None where none tells the quantity."""
    n: int
    """Values that the median is of."""
    sizes: SizeCounts
    open_flags: int


def distribution(
    facts: Facts, scope: Scope, procedure: str, quantity: Quantity, window: Window, age_band: str | None = ADULT
) -> tuple[ScannerDistribution, ...]:
    """The distribution on each scanner with a value, by scanner name. Eligible parts only.

    `age_band`: key of a band, `unknown`, or None for all ages.
    """
    with facts.session(scope) as session:
        values = _group(session, procedure, quantity, window, None, age_band)
        found = values.group_by("scanner", "scanner_name").agg(_spread(values))
        present = found.filter(found.n > 0)
        rows = session.records(present.order_by("scanner_name", "scanner"))
        return tuple(ScannerDistribution(**_with_sizes(row)) for row in rows)


def trend(
    facts: Facts,
    scope: Scope,
    procedure: str,
    quantity: Quantity,
    window: Window,
    grain: Grain,
    scanner: int | None = None,
    age_band: str | None = ADULT,
) -> tuple[TrendPoint, ...]:
    """Median and third quartile by period and scanner, in the order of periods; none where there are no values."""
    with facts.session(scope) as session:
        values = _group(session, procedure, quantity, window, scanner, age_band)
        told = values.filter(values.value.notnull(), values.settled)
        dated = told.mutate(period_start=told.exam_started_at.truncate("W" if grain is Grain.WEEK else "M").date())
        points = dated.group_by("period_start", "scanner", "scanner_name").agg(
            n=dated.count(),
            median=dated.value.quantile(0.5),
            p75=dated.value.quantile(0.75),
            **_sizes(dated, dated.value),
        )
        rows = session.records(points.order_by("period_start", "scanner_name", "scanner"))
        return tuple(TrendPoint(**_with_sizes(row)) for row in rows)


def group_values(
    facts: Facts,
    scope: Scope,
    procedure: str,
    quantity: Quantity,
    window: Window,
    scanner: int | None = None,
    age_band: str | None = ADULT,
) -> tuple[GroupValue, ...]:
    """The single values of a group in the order of exams, for the comparison of their median with a reference level.

    Provisional ones are among them and say so: who compares counts them and leaves them out.
    """
    with facts.session(scope) as session:
        values = _group(session, procedure, quantity, window, scanner, age_band)
        told = values.filter(values.value.notnull()).order_by("exam_started_at", "exam", "position")
        rows = session.records(told.select("exam", "value", "weight_kg", "weight_source", "phantom_cm", "settled"))
        return tuple(GroupValue(**row) for row in rows)


def procedures(facts: Facts, scope: Scope, window: Window) -> tuple[ProcedureRow, ...]:
    """The procedures with exams in the window, the most frequent first."""
    with facts.session(scope) as session:
        parts = session.parts
        known = parts.filter(*_days(parts, window), parts.procedure.notnull(), parts.excluded_as == "")
        catalogue = session.names["procedures"].to_pylist()
        quantities = {row["procedure"]: default_quantity(row["modality"]) for row in catalogue}
        rows = session.records(_by_procedure(known, quantities).order_by(ibis.desc("exams"), "procedure"))
        named = {row["procedure"]: row for row in catalogue}
        return tuple(_procedure_row(row, named[row["procedure"]]) for row in rows)


def _group(
    session: Session, procedure: str, quantity: Quantity, window: Window, scanner: int | None, age_band: str | None
) -> ir.Table:
    """Eligible rows of one procedure with the quantity as `value`."""
    if quantity.per_acquisition:
        rows = eligible_acquisitions(session, procedure, window, age_band)
    else:
        rows = _of_procedure(session.parts, procedure, window, age_band)
    if scanner is not None:
        rows = rows.filter(rows.scanner == scanner)
    return rows.select(*_GROUP, value=rows[quantity.value])


def eligible_acquisitions(session: Session, procedure: str, window: Window, age_band: str | None) -> ir.Table:
    """Main acquisitions of a procedure that a group may count; of exams that may still grow too, which say so."""
    rows = _of_procedure(session.events, procedure, window, age_band)
    return rows.filter(rows.role == "main")


def _of_procedure(rows: ir.Table, procedure: str, window: Window, age_band: str | None) -> ir.Table:
    return rows.filter(*_days(rows, window), _eligible(rows, age_band), rows.procedure == procedure)


def _days(rows: ir.Table, window: Window) -> list[ir.BooleanValue]:
    # The exam's start counts for all of its rows: one exam never falls into two windows.
    return [rows.exam_started_at >= window.first_moment, rows.exam_started_at < window.end_moment]


def _eligible(rows: ir.Table, age_band: str | None) -> ir.BooleanValue:
    eligible = rows.eligible & (rows.excluded_as == "")
    if age_band is None:
        return eligible
    return eligible & (rows.age_band == ("" if age_band == UNKNOWN_AGE else age_band))


def _spread(rows: ir.Table) -> dict[str, ir.Value]:
    told = rows.value.notnull()
    value = rows.settled.ifelse(rows.value, None)
    return {
        "n": value.count(),
        "minimum": value.min(),
        "p5": value.quantile(0.05),
        "p25": value.quantile(0.25),
        "median": value.quantile(0.5),
        "p75": value.quantile(0.75),
        "p95": value.quantile(0.95),
        "maximum": value.max(),
        **_sizes(rows, value),
        "n_provisional": (told & ~rows.settled).sum(),
        "n_without_value": (~told).sum(),
    }


_ELSEWHERE = ("imported", "imported by choice", "water-equivalent diameter")
"""Sources of a weight that is not the object's own."""


def _sizes(rows: ir.Table, value: ir.Value) -> dict[str, ir.Value]:
    """How many of the values have a weight from each source, and how many none."""
    weighed = value.notnull() & rows.weight_kg.notnull()
    found = {f"from_{place}": (weighed & (rows.weight_source == one)).sum() for place, one in enumerate(_ELSEWHERE)}
    return {**found, "weighed": weighed.sum(), "weightless": (value.notnull() & rows.weight_kg.isnull()).sum()}


def _with_sizes(row: dict[str, Any]) -> dict[str, Any]:
    """The row with these counts as one record."""
    imported, chosen, estimated = (row.pop(f"from_{place}") or 0 for place in range(len(_ELSEWHERE)))
    weighed, missing = row.pop("weighed") or 0, row.pop("weightless") or 0
    own = weighed - imported - chosen - estimated
    return {**row, "sizes": SizeCounts(own, imported + chosen, estimated, missing)}


def _by_procedure(parts: ir.Table, quantities: dict[str, Quantity]) -> ir.Table:
    columns = {quantity: parts[quantity.value] for quantity in set(quantities.values())}
    chosen = [(parts.procedure == key, columns[quantity]) for key, quantity in quantities.items()]
    value = (_eligible(parts, ADULT) & parts.settled).ifelse(ibis.cases(*chosen), None) if chosen else ibis.null(float)
    return parts.group_by("procedure").agg(
        exams=parts.exam.nunique(),
        scanners=parts.scanner.nunique(),
        median=value.quantile(0.5),
        n=value.count(),
        **_sizes(parts, value),
        open_flags=parts.open_flags.sum(),
    )


def _procedure_row(row: dict[str, Any], named: dict[str, Any]) -> ProcedureRow:
    figures = {name: value for name, value in _with_sizes(row).items() if name != "procedure"}
    modality = named["modality"]
    return ProcedureRow(
        key=row["procedure"],
        name=named["procedure_name"],
        modality=modality,
        quantity=default_quantity(modality),
        **figures,
    )
