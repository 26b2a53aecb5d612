"""One comparison of a group with a reference level as it is told outside: a line of `doseloop drl --json`, a row of a report."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LevelFigure:
    """Names as in the design; doses in the quantity's own unit, unrounded; what is missing is None."""

    site: str
    scanner: int
    """Our key."""
    scanner_name: str
    modality: str
    procedure: str
    procedure_name: str
    group: str
    """The patients, in words: `adults`, `children of 1 year to under 5 years`."""
    indication: str | None
    quantity: str
    """Its name carries the unit."""
    per: str
    level_id: str
    set_id: str
    set_title: str
    country: str
    authority: str
    year: int
    status: str
    verification: str
    usable_when_signed: bool
    kind: str
    level: float
    state: str
    close: bool
    """Whether the interval of the median holds the level."""
    median: float | None
    interval_low: float | None
    interval_high: float | None
    p25: float | None
    p75: float | None
    n: int
    """Values in the median."""
    n_patients: int
    least: int
    """Patients that the comparison needs."""
    enough_on: date | None
    sizes: str
    sizes_said: str
    n_provisional: int
    n_outside_age: int
    n_outside_size: int
    n_other_phantom: int
    n_unknown_phantom: int
    sentences: tuple[str, ...]
    """The verdict, what was left out and why, in words."""
    said: str | None
    """Why it is as it is, as a person said; None where nobody did."""
    said_by: str | None
    first_day: date
    last_day: date
    """Of the window, included."""
    data_state: int
    """Number of the last change of the record that it shows."""
