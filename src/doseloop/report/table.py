"""`Table`: the one form in which rows reach a page, a CSV file and a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from doseloop.model.quantities import QUANTITIES, converted, unit_of

Value = str | int | float | bool | date | datetime | None
Kind = Literal["text", "number", "time", "state"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `quantity` names the quantity whose own unit the values are in; `unit` is the unit that is shown."""

    key: str
    title: str
    kind: Kind = "text"
    unit: str = ""
    quantity: str = ""

    @property
    def heading(self) -> str:
        """Title with its unit, `DLP (mGy·cm)`."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


@dataclass(frozen=True, slots=True)
class Row:
    """Values in the order of the columns. Missing is None."""

    values: tuple[Value, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    """Address that a page gives the value of a column."""
    tones: Mapping[str, str] = field(default_factory=dict)
    """How a page colours the value of a column: above, caution, good, accent, quiet."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What a page says in small type beneath the value of a column."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """How a page marks the value of a column as not quite as it was recorded: `repaired`."""
    into: Mapping[str, str] = field(default_factory=dict)
    """Id of the part of a page that shows what the link of a column leads to, where the page has one."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """How a page writes the value of a column, where the column's own way does not do."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Rows may be read once only, and are never held whole by a file that is written from them."""

    name: str
    """For files and addresses: `exams`."""
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]

    def exported(self) -> Iterator[tuple[Value, ...]]:
        """The rows' values in the units that the headings name, unrounded."""
        for row in self.rows:
            yield tuple(_in_unit(column, value) for column, value in zip(self.columns, row.values, strict=True))


def quantity_column(key: str, units: Mapping[str, str], title: str = "") -> Column:
    """A column of a quantity in the site's display unit. Units that the quantity does not have are passed over."""
    quantity = QUANTITIES[key]
    chosen = units.get(key, quantity.unit)
    known = {unit.label for unit in quantity.units}
    return Column(key, title or quantity.symbol, "number", chosen if chosen in known else quantity.unit, key)


def _in_unit(column: Column, value: Value) -> Value:
    if not column.quantity or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return value if unit_of(column.quantity).label == column.unit else converted(column.quantity, value, column.unit)
