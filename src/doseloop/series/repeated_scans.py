"""The protocols of a site's CT scanners over time, as the rule `repeated-scan` sees them at the end of each day."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from doseloop.assess import repeated_scans
from doseloop.assess.repeated_scans import Rise
from doseloop.facts.engine import Facts
from doseloop.model.flag import Finding
from doseloop.store import repeated_scans as scans
from doseloop.store.replay_history import SiteAtHand


@dataclass(frozen=True, slots=True)
class _Protocol:
    """The starts of its exams, and the rise that stands at each: later exams change none."""

    name: str
    starts: Sequence[str]
    rises: Sequence[Rise | None]

    def at(self, end: str) -> Rise | None:
        """What stands by the exams that started before a wall clock (ISO)."""
        known = bisect_left(self.starts, end)
        return self.rises[known - 1] if known else None


@dataclass(frozen=True, slots=True)
class RepeatHistory:
    """Every protocol of every CT scanner of a site."""

    names: dict[int, str]
    protocols: dict[int, tuple[_Protocol, ...]] = field(repr=False)

    @classmethod
    def read(cls, facts: Facts, site: SiteAtHand, first: date, last: date) -> "RepeatHistory":
        """All exams of the site's scanners: what is usual is told by earlier ones."""
        names = {key: site.scanners[key] for key in scans.looked_at() if key in site.scanners}
        return cls(names, {key: tuple(_protocols(key)) for key in names})

    def found_on(self, day: date) -> dict[Finding, int | None]:
        """What stands at the end of a day, by finding its scanner."""
        end, found = (day + timedelta(days=1)).isoformat(), dict[Finding, int | None]()
        for key, name in self.names.items():
            standing = ((one.name, one.at(end)) for one in self.protocols[key])
            found |= dict.fromkeys(repeated_scans.told(key, name, standing), key)
        return found


def _protocols(scanner: int) -> Iterator[_Protocol]:
    for name, exams in scans.exams_of(scanner).items():
        yield _Protocol(name, [one.started_at for one in exams], list(repeated_scans.rises(exams)))
