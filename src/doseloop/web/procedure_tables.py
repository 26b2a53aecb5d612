"""Tables beneath the charts of a procedure."""

from collections.abc import Iterable, Mapping

from doseloop.facts.procedure import ScannerDistribution, TrendPoint
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.web.procedure_view import ProcedureView

_POINTS = {
    "minimum": "Least",
    "p5": "5th",
    "p25": "25th",
    "median": "Median",
    "p75": "75th",
    "p95": "95th",
    "maximum": "Most",
}


_WEIGHTS = {
    "weighed": "Weighed",
    "imported": "Weight imported",
    "estimated": "Weight estimated",
    "missing": "No weight",
}


def groups(
    found: Iterable[ScannerDistribution], view: ProcedureView, units: Mapping[str, str], *, for_page: bool = False
) -> Table:
    """One row for each scanner. Where the weights came from stands beneath the n on a page, in columns in a file."""
    weights = {} if for_page else _WEIGHTS
    columns = (
        Column("scanner", "Scanner"),
        Column("n", "n", "number"),
        *(quantity_column(view.quantity, units, title) for title in _POINTS.values()),
        *(Column(name, title, "number") for name, title in weights.items()),
        Column("provisional", "Provisional", "number"),
        Column("without_value", "No value", "number"),
    )
    rows = (
        Row(
            (
                one.scanner_name,
                one.n,
                *(getattr(one, name) for name in _POINTS),
                *(getattr(one.sizes, name) for name in weights),
                one.n_provisional,
                one.n_without_value,
            ),
            notes={"n": one.sizes.words} if for_page else {},
        )
        for one in found
    )
    return Table("distribution", "Distribution by scanner", columns, rows)


def periods(points: Iterable[TrendPoint], view: ProcedureView, units: Mapping[str, str]) -> Table:
    """One row for each period and scanner."""
    columns = (
        Column("period", f"{view.grain.capitalize()} from", "time"),
        Column("scanner", "Scanner"),
        Column("n", "n", "number"),
        quantity_column(view.quantity, units, "Median"),
        quantity_column(view.quantity, units, "75th"),
        Column("sizes", "Sizes of the n"),
    )
    rows = (Row((one.period_start, one.scanner_name, one.n, one.median, one.p75, one.sizes.words)) for one in points)
    return Table("trend", "Trend", columns, rows)
