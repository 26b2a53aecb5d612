"""What stands around the figures of a report: when and by whom it was made, and who signed it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """Whose name stands under a report (time UTC)."""

    name: str
    function: str
    """As what the person signs: `medical physics expert`."""
    account: str
    """Log-in by which it was signed."""
    at: datetime


@dataclass(frozen=True, slots=True)
class ReportHead:
    """A report as it stands in the archive (time UTC)."""

    number: int | None
    """None where it is in no archive: a file that a command made."""
    made_at: datetime
    made_by: str
    version: str
    """Of Doseloop."""
    signature: Signature | None = None
