"""An answer: figures with their units, the period and the numbers that they are of, what was left out and why, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

ColumnKind = Literal["group", "count", "number", "share", "text", "moment", "exam"]
Value = str | int | float | bool | datetime | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    """As the order of a plan names it (`median:dlp`), or the name of a group."""
    label: str
    kind: ColumnKind
    quantity: str | None = None
    """Key of `model.quantities`; values are in its own unit, unrounded."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of an answer. A share is a fraction; a moment is the site's wall clock, naive; an exam is our key of it."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: int
    """Rows that there are; more than `rows` where a limit left some out."""

    def records(self) -> list[dict[str, Value]]:
        """The rows by the keys of the columns."""
        keys = [one.key for one in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Series:
    """One line, set of bars or cloud of a chart."""

    name: str
    points: tuple[tuple[Value, ...], ...]
    """x and y; of a box x and five numbers; of a histogram the ends of a bin and how many values it holds."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn beside the table."""

    kind: Literal["line", "bar", "box", "histogram", "scatter", "control", "heatmap"]
    x_label: str
    y_label: str
    quantity: str | None
    unit: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not in the figures, and why."""

    why: str
    """Stable: `provisional`, `estimated`, `missing`, `excluded`, `few of a person`, `unknown`, and what is of a comparison."""
    n: int
    said: str


@dataclass(frozen=True, slots=True)
class ReferenceUsed:
    """A set of reference levels that was compared with."""

    set_id: str
    title: str
    country: str
    authority: str
    year: int
    status: str
    verification: str
    version: str
    """SHA-256 of its values."""
    usable_when_signed: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures beside a reference level, another period or the others."""

    kind: Literal["reference", "period", "peers"]
    source: str
    table: Table
    sentence: str
    start: datetime | None = None
    end: datetime | None = None
    """Of the other period."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a plan found."""

    plan: Mapping[str, Any]
    """In its canonical form."""
    sentence: str
    table: Table
    start: datetime | None
    """First moment of the period by the site's clock, None where it has no begin."""
    end: datetime | None
    """Not included."""
    zone: str
    n: int | None
    """Values that the figures are of; exams of a list or a count. None where nothing is counted."""
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    references: tuple[ReferenceUsed, ...]
    chart: Chart | None
    data_state: int
    """Number of the last change of the record that it shows."""
    last_object_at: datetime | None
    """When the newest object within the scope came (UTC, aware)."""
    asked_at: datetime
