"""Lets the exams that were there before follow what people decide."""

from dataclasses import dataclass

from doseloop.pipeline import DECISIONS, Pipeline
from doseloop.store import decisions

_AT_ONCE = 50


@dataclass(slots=True)
class Follower:
    """Makes exams anew that decisions move. One that cannot be made fails the step, and its turn comes again after all others."""

    pipeline: Pipeline
    last: int = 0

    def step(self) -> bool:
        """Look for exams that newer decisions move, and make some anew. Returns whether there was anything to do."""
        looked = decisions.mark_outdated(DECISIONS)
        keys = decisions.outdated(self.last, _AT_ONCE)
        for key in keys:
            self.last = key
            self.pipeline.make_anew(key)
        return bool(looked or keys)
