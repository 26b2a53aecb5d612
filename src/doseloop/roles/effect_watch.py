"""Looks at what actions of cases did, when exams of their scanners changed, and whether they were undone."""

from dataclasses import dataclass, field

from doseloop.access.scope import SYSTEM
from doseloop.assess.effect import effect
from doseloop.model.action import Action
from doseloop.store import case_actions, changes, effect_looks
from doseloop.store.effect_exams import effect_exams
from doseloop.store.effect_undone import seen_undone

_AT_ONCE = 5
"""Actions of one step: objects wait meanwhile."""
_Known = frozenset[tuple[int, bool]]


@dataclass(slots=True)
class EffectWatch:
    """One step looks at a few actions: those whose scanners have changed exams; all where one was recorded or undone, since
    it ends what others are judged by."""

    known: _Known = frozenset()
    """Actions for which all were looked at last, and whether each was undone."""
    seen: int = 0
    """Number of the last change that was looked at."""
    waiting: dict[int, None] = field(default_factory=dict)
    """Keys of the actions that are still to be looked at, in their turn."""

    def step(self) -> int:
        """Look at some. Returns how many."""
        watched = {one.key: one for one in effect_looks.watched()}
        self._gather(watched)
        some = [key for key in self.waiting if key in watched][:_AT_ONCE]
        for key in some:
            # To the end first: one that cannot be looked at keeps none from its turn.
            del self.waiting[key]
            self.waiting[key] = None
            look_at(watched[key])
            del self.waiting[key]
        return len(some)

    def _gather(self, watched: dict[int, Action]) -> None:
        now, known = changes.last_change(), frozenset((key, one.undone_at is None) for key, one in watched.items())
        if known != self.known:
            self.waiting |= dict.fromkeys(watched)
        elif self.seen < now:
            changed = effect_looks.scanners_with_changes(self.seen)
            self.waiting |= {key: None for key, one in watched.items() if changed & set(one.scanners)}
        self.waiting = {key: None for key in self.waiting if key in watched}
        self.known, self.seen = known, now


def look_at(action: Action) -> None:
    """Look at one action: whether it was undone, and what it did so far."""
    undone = seen_undone(SYSTEM, action)
    if undone is not None:
        case_actions.undo_seen(action, *undone)
        return
    for found in effect_exams(SYSTEM, action):
        effect_looks.keep(action, found.scanner, effect(found.action, found.doses))
