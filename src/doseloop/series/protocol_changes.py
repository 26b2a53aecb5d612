"""The protocols of a site's scanners over time, as the rule `protocol-change` sees them at the end of each day.

The worker looks within moments of each exam; here it is once a day, which leaves out no flag but one that was raised and withdrawn
within a day.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from doseloop.assess.protocol_change import Change, Use, changes
from doseloop.facts.engine import Facts
from doseloop.model.flag import Finding
from doseloop.store import protocol_changes, protocol_uses
from doseloop.store.protocol_uses import MOST_USES, UseOf
from doseloop.store.replay_history import SiteAtHand


@dataclass(slots=True)
class _Scanner:
    """The uses of one scanner in the order of time; changes of a protocol are kept until it is used again."""

    key: int
    name: str
    uses: Sequence[UseOf]
    starts: Sequence[str]
    first_days: Mapping[str, str]
    _known: dict[str, tuple[tuple[int, int], Sequence[Change]]] = field(default_factory=dict)

    def found_until(self, end: str) -> Sequence[Finding]:
        """What stands by the uses before a wall clock (ISO); they are given in their order."""
        last = bisect_left(self.starts, end)
        uses: dict[tuple[str, str], list[Use]] = defaultdict(list)
        for one in self.uses[max(0, last - MOST_USES) : last]:
            uses[one.protocol, one.kind].append(one.use)
        days = {version: day for version, day in self.first_days.items() if day < end}
        return protocol_changes.found(self.key, self.name, uses, days, self._changes)

    def _changes(self, protocol: str, uses: Sequence[Use]) -> Sequence[Change]:
        span, held = (uses[0].exam, len(uses)), self._known.get(protocol)
        if held is None or held[0] != span:
            held = self._known[protocol] = span, changes(protocol, uses)
        return held[1]


@dataclass(frozen=True, slots=True)
class ChangeHistory:
    """Every scanner of a site."""

    scanners: tuple[_Scanner, ...] = field(repr=False)

    @classmethod
    def read(cls, facts: Facts, site: SiteAtHand, first: date, last: date) -> "ChangeHistory":
        """The uses that looks from a day to a day see."""
        return cls(tuple(_read(key, name, first) for key, name in site.scanners.items()))

    def found_on(self, day: date) -> dict[Finding, int | None]:
        """What stands at the end of a day, by finding its scanner."""
        end = (day + timedelta(days=1)).isoformat()
        return {finding: one.key for one in self.scanners for finding in one.found_until(end)}


def _read(key: int, name: str, first: date) -> _Scanner:
    uses = protocol_uses.uses_since(key, first.isoformat())
    return _Scanner(key, name, uses, [one.use.started_at for one in uses], protocol_changes.first_days(key))
