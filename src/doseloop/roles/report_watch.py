"""Looks once a day whether the reports of a scanner got worse (`assess.worse_reports`)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.facts.engine import Facts
from doseloop.facts.report_fields import field_days
from doseloop.facts.windows import Window
from doseloop.store import report_falls

_DAYS = 2 * 365
_LATE = timedelta(days=1)
"""Reports come late: a day is counted when it is over for another."""


@dataclass(slots=True)
class ReportWatch:
    """One step looks at all scanners, once on each day (UTC): one query, and arithmetic."""

    facts: Facts
    looked: date | None = None

    def step(self, today: date | None = None) -> bool:
        """Look if it is a new day. True where it did."""
        day = today or timezone.now().date()
        if day == self.looked:
            return False
        last = day - timedelta(days=1) - _LATE
        report_falls.judge(field_days(self.facts, SYSTEM, Window.of_days_until(last, _DAYS)), last)
        self.looked = day
        return True
