"""Notifications: from which severity on somebody is told of flags, and when a message about one goes.

Times of day are wall clock of the site; moments are UTC. Nothing here knows who is told or how.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from doseloop.model.errors import UnusableInput

LONGEST_WAIT_H: Final = 14 * 24
OLDEST_EXAM: Final = timedelta(days=30)
"""A flag at an exam that was made longer ago tells nobody: reading an archive in is no news."""
_DAYS_AHEAD: Final = 3
"""A wall clock that does not exist on the day when clocks are set forward exists on the next."""


class Severity(StrEnum):
    """How much a rule's flags matter, as `assess.registry` says, the least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    def reaches(self, least: "Severity") -> bool:
        """Whether it is as weighty as this or more."""
        order = list(Severity)
        return order.index(self) >= order.index(least)


class How(StrEnum):
    """When a subscription tells of a flag."""

    AT_ONCE = "at once"
    DIGEST = "digest"
    UNSEEN = "unseen"
    """Once nobody has judged it for some hours."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A time of day in which nothing is sent: `begin` included, `end` not; over midnight where `begin` is the later one.

    Errors: `UnusableInput` where both are the same.
    """

    begin: time
    end: time

    def __post_init__(self) -> None:
        if self.begin == self.end:
            raise UnusableInput("Quiet hours begin and end at the same time; leave both empty for none.")

    def holds(self, moment: datetime, zone: tzinfo) -> bool:
        """Whether it is quiet at that moment."""
        wall = moment.astimezone(zone).time()
        if self.begin < self.end:
            return self.begin <= wall < self.end
        return wall >= self.begin or wall < self.end


@dataclass(frozen=True, slots=True)
class Timing:
    """When a subscription tells of what happens. Errors: `UnusableInput` where the wait is none that can be."""

    how: How
    digest_at: time = time(7)
    """Of a digest."""
    wait_h: int = 4
    """Of `unseen`: hours from the flag on."""
    quiet: QuietHours | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.wait_h <= LONGEST_WAIT_H:
            raise UnusableInput(f"Wait 1 to {LONGEST_WAIT_H} hours before telling that nobody has looked.")


def due_at(raised: datetime, timing: Timing, zone: tzinfo) -> datetime:
    """When a flag that was raised then is told of."""
    if timing.how is How.DIGEST:
        return may_go_at(_next(timing.digest_at, raised, zone), timing.quiet, zone)
    wait = timedelta(hours=timing.wait_h) if timing.how is How.UNSEEN else timedelta(0)
    return may_go_at(raised + wait, timing.quiet, zone)


def may_go_at(moment: datetime, quiet: QuietHours | None, zone: tzinfo) -> datetime:
    """The moment itself, or the end of the quiet hours that it lies in."""
    if quiet is None or not quiet.holds(moment, zone):
        return moment.astimezone(UTC)
    found = _next(quiet.end, moment, zone)
    while quiet.holds(found, zone):
        found = _next(quiet.end, found, zone)
    return found


def _next(wall: time, after: datetime, zone: tzinfo) -> datetime:
    """The first moment after another at which a clock of the zone shows the time. A time that is skipped on the day when
    clocks are set forward comes as much later; of one that comes twice each counts."""
    today = after.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD))
    moments = (datetime.combine(day, wall.replace(fold=fold), zone).astimezone(UTC) for day in days for fold in (0, 1))
    return min(moment for moment in moments if moment > after)
