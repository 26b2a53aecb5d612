"""The reports of a site's scanners over time, as the rule `worse-reports` counts them by whole weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from doseloop.access.scope import SYSTEM
from doseloop.assess import worse_reports
from doseloop.assess.worse_reports import FieldDay
from doseloop.facts.engine import Facts
from doseloop.facts.report_fields import field_days
from doseloop.facts.windows import Window
from doseloop.model.flag import Finding
from doseloop.store import report_falls
from doseloop.store.replay_history import SiteAtHand


@dataclass(frozen=True, slots=True)
class ReportHistory:
    """Days of fields by scanner, and the first days of its software versions."""

    names: Mapping[int, str]
    days: Mapping[int, Sequence[FieldDay]] = field(repr=False)
    versions: Mapping[int, Mapping[str, date]]

    @classmethod
    def read(cls, facts: Facts, site: SiteAtHand, first: date, last: date) -> "ReportHistory":
        """The days that looks from a day to a day count."""
        begun = worse_reports.last_day(first) - timedelta(days=worse_reports.DAYS - 1)
        days = field_days(facts, SYSTEM, Window(begun, worse_reports.last_day(last) + timedelta(days=1)))
        return cls(site.scanners, days, {key: report_falls.first_days(key) for key in site.scanners})

    def found_on(self, day: date) -> dict[Finding, int | None]:
        """What stands on a day by the whole weeks before it, by finding its scanner."""
        last, found = worse_reports.last_day(day), dict[Finding, int | None]()
        first = last - timedelta(days=worse_reports.DAYS - 1)
        for key, name in self.names.items():
            days = [one for one in self.days.get(key, ()) if first <= one.day <= last]
            versions = {version: begun for version, begun in self.versions[key].items() if begun <= day}
            if days:
                found |= dict.fromkeys(worse_reports.on_period(key, name, days, versions, last), key)
        return found
