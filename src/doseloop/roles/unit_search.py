"""Looks for units that a scanner writes wrong, a scanner at a time, a few times a day."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from doseloop.store import repair_proposals

_AGAIN_AFTER = timedelta(hours=6)


@dataclass(slots=True)
class UnitSearch:
    """One step looks at one scanner that sent something since it was looked at last, some hours ago; its work is bounded."""

    looked: dict[int, datetime] = field(default_factory=dict)
    """When each scanner was looked at (UTC), since the worker started."""

    def step(self) -> int | None:
        """Look at the next scanner. Returns its key, None where none is due."""
        now = timezone.now()
        due = repair_proposals.due(self.looked, now - _AGAIN_AFTER)
        if due is not None:
            self.looked[due] = now
            repair_proposals.look_at(due)
        return due
