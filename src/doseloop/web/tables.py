"""A table as a page shows it: text, address and tone of every cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from doseloop.model.quantities import NOT_RECORDED, QUANTITIES, number_shown
from doseloop.report.table import Column, Row, Table, Value
from doseloop.web.clock import short_time, wall_clock


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `note` stands in small type beneath."""

    key: str
    label: str
    text: str
    kind: str
    href: str
    tone: str
    note: str
    exact: str
    """The value unrounded with its unit, for who points at it; empty where the text is all there is."""
    missing: bool
    lead: bool
    mark: str = ""
    """Why the value is marked, in words."""
    into: str = ""
    """Id of the part of the page into which the link loads."""


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table ready for its template."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    exports: Mapping[str, str]
    """Address by format; empty where the person may not export."""


def page_table(table: Table, exports: Mapping[str, str] | None = None) -> PageTable:
    """The table for a page; reads its rows."""
    rows = tuple(_cells(table.columns, row) for row in table.rows)
    return PageTable(table.name, table.title, table.columns, rows, exports or {})


def _cells(columns: tuple[Column, ...], row: Row) -> tuple[Cell, ...]:
    pairs = zip(columns, row.values, strict=True)
    return tuple(_cell(column, value, row, position == 0) for position, (column, value) in enumerate(pairs))


def _cell(column: Column, value: Value, row: Row, lead: bool) -> Cell:
    tone = row.tones.get(column.key, "")
    return Cell(
        key=column.key,
        label=f"{column.title}, {column.unit}" if column.unit and column.unit != column.title else column.title,
        text=row.shown.get(column.key) or cell_text(column, value),
        kind=column.kind,
        href=row.links.get(column.key, ""),
        tone=tone,
        note=row.notes.get(column.key, ""),
        exact=_exact(column, value),
        missing=value is None or value == "",
        lead=lead,
        mark=row.marks.get(column.key, ""),
        into=row.into.get(column.key, ""),
    )


def cell_text(column: Column, value: Value) -> str:
    """The value as people read it, without its unit; missing is an en dash."""
    match value:
        case None | "":
            return NOT_RECORDED
        case bool():
            return "yes" if value else "no"
        case datetime() | date():
            return short_time(value)
        case int() | float() if column.quantity:
            return number_shown(column.quantity, float(value), column.unit)
        case float():
            return plain_number(value)
        case int():
            return f"{value:,}".replace(",", "\u202f")
    return wall_clock(value) if column.kind == "time" else value


def plain_number(value: float) -> str:
    """A number without a quantity of ours, with three significant digits and no exponent; never fewer whole digits."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-4 else f"{value:.1e}"


def _exact(column: Column, value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, float):
        return ""
    own = QUANTITIES[column.quantity].unit if column.quantity else column.unit
    return f"{value!r} {own}".strip()
