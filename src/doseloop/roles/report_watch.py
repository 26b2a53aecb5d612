"""Looks once a day whether the reports of a scanner got worse (`assess.worse_reports`)."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.assess.worse_reports import DAYS, last_day
from doseloop.facts.engine import Facts
from doseloop.facts.report_fields import field_days
from doseloop.facts.windows import Window
from doseloop.store import report_falls


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
        last = last_day(day)
        report_falls.judge(field_days(self.facts, SYSTEM, Window.of_days_until(last, DAYS)), last)
        self.looked = day
        return True
