"""The clock of a replay: the product takes its time from Django's `timezone.now` alone, and here that is the simulated moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from unittest.mock import patch

from django.utils import timezone


@dataclass(slots=True)
class SimulatedClock:
    """Stands still until it is set."""

    moment: datetime
    """Aware (UTC)."""

    def now(self) -> datetime:
        """What the product is told."""
        return self.moment

    def advance(self, moment: datetime) -> None:
        """Go on to a moment; never back."""
        self.moment = max(self.moment, moment)


@contextmanager
def simulated_clock() -> Iterator[SimulatedClock]:
    """Within it the whole process lives at the clock's moment: arrivals, flags and days are of the simulated time."""
    made = SimulatedClock(datetime(2000, 1, 1, tzinfo=UTC))
    with patch.object(timezone, "now", made.now):
        yield made
