"""Actions that were undone without a word: a protocol is set again as it was before what was changed."""

from datetime import datetime
from typing import Final

from doseloop.access.scope import Scope
from doseloop.assess.protocol_change import Change, Difference
from doseloop.model.action import Action
from doseloop.model.case import ActionKind
from doseloop.store import protocol_changes
from doseloop.store.effect_span import TOGETHER, protocols_of
from doseloop.store.scanner_list import scanner_names

_SETS_SCANNERS: Final = frozenset(
    {ActionKind.PROTOCOL, ActionKind.NEW_PROTOCOL, ActionKind.MODULATION, ActionKind.EQUIPMENT, ActionKind.SOFTWARE}
)


def seen_undone(scope: Scope, action: Action) -> tuple[datetime, str] | None:
    """When a setting that the action changed is again as it was before, and which; None where none is, or it is known.

    A setting that was changed at about the time of the action and had another value before counts, once exams have that value
    again (`assess.protocol_change`). Actions that change no scanner are never undone by one.
    """
    if action.undone_at is not None or action.kind not in _SETS_SCANNERS:
        return None
    found = [one for scanner in action.scanners for one in _returns(scope, action, scanner)]
    return min(found, default=None)


def _returns(scope: Scope, action: Action, scanner: int) -> list[tuple[datetime, str]]:
    known = protocols_of(action, scanner)
    shown = protocol_changes.of_scanner(scope, scanner) if known else ()
    changes = sorted((one.change for one in shown if one.change.protocol in known), key=lambda one: one.since)
    name = scanner_names(scope).get(scanner, "its scanner")
    found = []
    for one in changes:
        back = [difference for difference in one.differences if _is_back(action, one, difference, changes)]
        if back:
            words = ", ".join(difference.sentence for difference in back)
            found.append((datetime.fromisoformat(one.since), f"Seen on {name}: “{one.protocol}”: {words}."))
    return found


def _is_back(action: Action, change: Change, difference: Difference, changes: list[Change]) -> bool:
    """Whether the last change of that setting before this one was the action's, and this one takes it back."""
    earlier = [
        (one, own)
        for one in changes
        for own in one.differences
        if one.protocol == change.protocol and own.setting == difference.setting and one.since < change.since
    ]
    if not earlier:
        return False
    last, own = earlier[-1]
    is_of_action = last.last_before[:19] <= _latest(action) and action.at - TOGETHER <= datetime.fromisoformat(
        last.since
    )
    return is_of_action and (own.before, own.after) == (difference.after, difference.before)


def _latest(action: Action) -> str:
    return (action.at + TOGETHER).isoformat()
