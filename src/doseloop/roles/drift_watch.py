"""Looks each hour for doses that left what was usual, on scanners with new exams, and joins flags of one cause."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from doseloop.store import drifts, flag_joining, level_states, new_usuals, protocol_uses


@dataclass(slots=True)
class DriftWatch:
    """One step judges one scanner: those with exams that changed, once an hour; all on a new day and at the start; at once those of
    which a person said what is usual. Objects wait meanwhile, a second or less for a scanner of years."""

    hour: datetime | None = None
    """The hour in which scanners were gathered last (UTC)."""
    seen: int = 0
    """Number of the last change whose protocols are known that was looked at."""
    decided: int | None = None
    """Number of the last decision about a new usual that was followed."""
    waiting: list[int] = field(default_factory=list)

    def step(self, now: datetime | None = None) -> int:
        """Judge a scanner that waits, and join flags. `now` is aware, the present moment where it is None. Returns how many
        scanners were judged."""
        self._gather(now or datetime.now(UTC))
        judged = 0
        if self.waiting:
            # Off the list first: one that cannot be judged keeps none from its turn, and has its own on the next day.
            drifts.judge(self.waiting.pop(0))
            judged = 1
        for scanner in flag_joining.scanners_to_join():
            flag_joining.join(scanner)
        return judged

    def _gather(self, now: datetime) -> None:
        hour, decided = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0), new_usuals.decided_until()
        if self.decided is not None and decided > self.decided:
            self._add(new_usuals.scanners_decided(self.decided))
        self.decided = decided
        if hour == self.hour:
            return
        known = protocol_uses.read_until()
        is_new_day = self.hour is None or hour.date() != self.hour.date()
        self._add(level_states.every_scanner() if is_new_day else level_states.scanners_with_changes(self.seen))
        self.hour, self.seen = hour, known

    def _add(self, scanners: Iterable[int]) -> None:
        self.waiting += sorted(set(scanners) - set(self.waiting))
