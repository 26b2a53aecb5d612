"""What a site decided about sets of reference levels, as pages list it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from doseloop.model.reference_level import LevelSet
from doseloop.store.decisions import Batch
from doseloop.web.clock import day_shown
from doseloop.web.level_listing import short_name

_IN_FORCE = "the sets in force"
_NOT_CONFIRMED = "not confirmed"


def choices(batches: Iterable[Batch], sets: Iterable[LevelSet]) -> tuple[Batch, ...]:
    """Choices with the sets by name, in their order."""
    names = {one.id: short_name(one) for one in sets}

    def said(keys: str) -> str:
        return ", ".join(names.get(key, key) for key in keys.split()) or _IN_FORCE

    return tuple(_told(batch, said) for batch in batches)


def confirmations(batches: Iterable[Batch]) -> tuple[Batch, ...]:
    """Confirmations with by whom and on which grounds."""
    return tuple(_told(batch, _confirmation) for batch in batches)


def _confirmation(held: str) -> str:
    if not held:
        return _NOT_CONFIRMED
    told = json.loads(held)
    return f"confirmed by {told['by']}, {day_shown(date.fromisoformat(told['on']))} ({told['grounds']})"


def _told(batch: Batch, said: Callable[[str], str]) -> Batch:
    changes = (replace(one, before=said(one.before), after=said(one.after)) for one in batch.changes)
    return replace(batch, changes=tuple(changes))
