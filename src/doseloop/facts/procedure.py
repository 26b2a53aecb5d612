"""Figures of procedures: distributions by scanner, trends, the values of a group, the list of procedures."""

from dataclasses import dataclass
from datetime import date

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts
from doseloop.facts.quantities import ADULT, Quantity
from doseloop.facts.windows import Grain, Window


@dataclass(frozen=True, slots=True)
class ScannerDistribution:
    """A quantity's distribution on one scanner, in the unit of the quantity. Percentiles interpolate linearly (type 7)."""

    scanner: int
    scanner_name: str
    n: int
    """Values: parts, or main acquisitions for CTDIvol. At least 1."""
    minimum: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float
    maximum: float
    n_without_weight: int
    n_provisional: int
    """Values of exams that are not settled."""
    n_without_value: int
    """Parts or acquisitions in the window that do not tell the quantity; not in `n`."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A scanner's values within one period."""

    period_start: date
    scanner: int
    scanner_name: str
    n: int
    median: float
    p75: float


@dataclass(frozen=True, slots=True)
class GroupValue:
    """One value of a group that is compared with a reference level."""

    exam: int
    value: float
    weight_kg: float | None
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
    """Of eligible adult parts; None where none tells the quantity."""
    n: int
    """Values that the median is of."""
    open_flags: int


def distribution(
    facts: Facts, scope: Scope, procedure: str, quantity: Quantity, window: Window, age_band: str | None = ADULT
) -> tuple[ScannerDistribution, ...]:
    """The distribution on each scanner with a value, by scanner name. Eligible parts only.

    `age_band`: key of a band, `unknown`, or None for all ages.
    """
    raise NotImplementedError


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
    """Median and third quartile by period and scanner, in the order of periods. A period without values has no point."""
    raise NotImplementedError


def group_values(
    facts: Facts,
    scope: Scope,
    procedure: str,
    quantity: Quantity,
    window: Window,
    scanner: int | None = None,
    age_band: str | None = ADULT,
) -> tuple[GroupValue, ...]:
    """The single values of a group in the order of exams, for the comparison of their median with a reference level."""
    raise NotImplementedError


def procedures(facts: Facts, scope: Scope, window: Window) -> tuple[ProcedureRow, ...]:
    """The procedures with exams in the window, the most frequent first."""
    raise NotImplementedError
