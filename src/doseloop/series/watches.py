"""Every rule that looks at series by the clock and may be tried: what of the record it reads, and what it finds on each day.

A series is read once, whole, and cut at each day: by the times of exams, in the site's wall clock. The rule itself is the one that
runs live (`assess`), and only what it is given is cut.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

from doseloop.assess import drift, operators
from doseloop.facts.engine import Facts
from doseloop.model.flag import Finding
from doseloop.series.drift import DriftHistory
from doseloop.series.operators import OperatorHistory
from doseloop.store.replay_history import SiteAtHand

TUESDAY: Final = 1
_DAY: Final = timedelta(days=1)


class History(Protocol):
    """The series that a rule reads, at a site."""

    def found_on(self, day: date) -> Mapping[Finding, int | None]:
        """What stands on a day with the exams until its end, each with its scanner; days are asked for in their order."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How a rule runs by the clock."""

    read: Callable[[Facts, SiteAtHand, date, date], History]
    """Read what looks from a day to a day need."""
    weekday: int | None = None
    """The one day of the week on which it looks, Monday 0; None where that is each day."""
    before: timedelta = _DAY
    """How long before the first day looks begin: what stands then is not new."""

    def days(self, first: date, last: date) -> tuple[date, ...]:
        """The days on which it looks, both ends included, and those before that it needs."""
        begun = first - self.before
        every = (begun + number * _DAY for number in range((last - begun).days + 1))
        return tuple(day for day in every if self.weekday in (None, day.weekday()))


WATCHES: Final[Mapping[str, Watch]] = {
    drift.RULE: Watch(DriftHistory.read),
    # Differences that stand go on by looks that the rule keeps.
    operators.RULE: Watch(OperatorHistory.read, TUESDAY, timedelta(weeks=26)),
}
"""How each rule of the form `on_period` that may be tried runs."""
