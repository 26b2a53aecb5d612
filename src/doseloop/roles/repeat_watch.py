"""Looks once a day whether scans are repeated more often than before (`assess.repeated_scans`)."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from doseloop.store import repeated_scans


@dataclass(slots=True)
class RepeatWatch:
    """One step looks at all CT scanners, once on each day (UTC): two queries a scanner, and arithmetic."""

    looked: date | None = None

    def step(self, today: date | None = None) -> bool:
        """Look if it is a new day. True where it did."""
        day = today or timezone.now().date()
        if day == self.looked:
            return False
        repeated_scans.judge()
        self.looked = day
        return True
