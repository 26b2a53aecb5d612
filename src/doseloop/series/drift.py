"""The series of a site's scanners over time, as the rule `drift` sees them at the end of each day.

The worker looks each hour; here it is once a day, which leaves out no flag but one that was raised and withdrawn within a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from doseloop.assess import drift
from doseloop.assess.drift import Watched
from doseloop.facts.engine import Facts
from doseloop.model.flag import Finding
from doseloop.store import drift_series
from doseloop.store.drift_series import Placed
from doseloop.store.new_usuals import Begun
from doseloop.store.replay_history import SiteAtHand
from doseloop.store.usual_history import begun_over_time

_NOTHING = Begun({})


@dataclass(slots=True)
class _Scanner:
    """One scanner's series; what stood last is kept until an exam comes or somebody decides what is usual."""

    key: int
    name: str
    exams: tuple[Placed, ...]
    begun: tuple[tuple[datetime, Begun], ...]
    _by: Begun | None = None
    _watched: Sequence[Watched] = ()
    _known: int = -1
    _found: Sequence[Finding] = ()

    def found_until(self, end: datetime) -> Sequence[Finding]:
        """What stands by the exams and decisions before a moment; moments are given in their order."""
        begun = next((one for at, one in reversed(self.begun) if at < end), _NOTHING)
        if begun != self._by:
            series = drift_series.grouped(self.exams, self.key, self.name, begun)
            self._watched = [one for one in map(drift.looked_at, series) if one is not None]
            self._by, self._known = begun, -1
        then = [one for one in (drift.until(each, end) for each in self._watched) if one is not None]
        known = sum(len(one.unusual.at) for one in then)
        if known != self._known:
            self._known, self._found = known, drift.on_scanner(then)
        return self._found


@dataclass(frozen=True, slots=True)
class DriftHistory:
    """Every scanner of a site."""

    scanners: tuple[_Scanner, ...] = field(repr=False)

    @classmethod
    def read(cls, facts: Facts, site: SiteAtHand, first: date, last: date) -> "DriftHistory":
        """All exams of the site: what is usual is told by the first ones."""
        return cls(
            tuple(
                _Scanner(key, name, drift_series.placed(key), begun_over_time(key, site.zone))
                for key, name in site.scanners.items()
            )
        )

    def found_on(self, day: date) -> dict[Finding, int | None]:
        """What stands at the end of a day, by finding its scanner."""
        end = datetime.combine(day + timedelta(days=1), time.min)
        return {finding: one.key for one in self.scanners for finding in one.found_until(end)}
