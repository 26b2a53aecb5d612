"""Something that was changed because of a case, and what is expected of it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a case: everything that is needed to look for its effect."""

    key: int
    case: int
    site: int
    zone: str
    """Of the site: the clock that `at` and `undone_at` are on."""
    kind: str
    """One of `model.case.ActionKind`."""
    text: str
    scanners: tuple[int, ...]
    """Keys of the scanners on which it was changed; at least one."""
    procedure: str | None
    """Key of the procedure; None where a protocol is named, or everything on the scanners is meant."""
    protocol: str
    """Name of the protocol as the scanner writes it; empty where none is named."""
    quantity: str
    """Key of `model.quantities`."""
    at: datetime
    """Wall clock of the site, naive, as an exam's start is."""
    by: str
    """Who changed it."""
    expected_percent: float
    """Expected change of the quantity, negative for a fall."""
    left_out: tuple[int, ...]
    """Keys of the exams that raised the case's flags: "before" is told without them."""
    undone_at: datetime | None = None
    undone_why: str = ""
