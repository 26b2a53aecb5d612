"""Compares the operators of each site that shows them, once a week, and flags who differs (`assess.operators`)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.assess.operators import last_sunday, new_looks, window_for
from doseloop.facts.engine import Facts
from doseloop.facts.operator_exams import operator_exams
from doseloop.facts.windows import Window
from doseloop.model.site_clock import clock
from doseloop.store import operator_looks


@dataclass(slots=True)
class OperatorWatch:
    """One step looks at one site: the last week that is over, and the week before it where that was not looked at."""

    facts: Facts
    looked: dict[int, date] | None = None
    """The last day of each site's last look by this worker."""

    def step(self, today: date | None = None) -> int:
        """Look at a site whose week is over, and forget those that show their people no more. Returns how many were dealt with."""
        gone = [operator_looks.forget(site) for site in operator_looks.sites_to_forget()]
        looked = self.looked = self.looked or {}
        for site, zone in operator_looks.sites_shown(SYSTEM).items():
            here = today or clock(zone, timezone.now()).date()
            last = last_sunday(here)
            if looked.get(site) != last:
                self._look_at(site, last, here)
                looked[site] = last
                return len(gone) + 1
        return len(gone)

    def _look_at(self, site: int, last: date, today: date) -> None:
        window = Window(window_for(last)[0], last + timedelta(days=1))
        for modality, exams in operator_exams(self.facts, SYSTEM, site, window).items():
            held = operator_looks.looked_at(site, modality)
            operator_looks.keep(site, new_looks(exams, modality, last, held))
        operator_looks.judge(SYSTEM, site, today)
