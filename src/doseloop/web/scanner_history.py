"""What people changed about a scanner, in words, the latest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from doseloop.access.scope import Scope
from doseloop.store import scanner_merging, scanner_naming, timeline
from doseloop.store.decisions import Batch, Change, Kind
from doseloop.web.clock import day_shown

KINDS: Mapping[str, Kind] = {
    kind.name.replace(" ", "-"): kind for kind in (scanner_merging.MERGED, scanner_naming.NAMED, timeline.ENTRIES)
}
"""Kinds of decisions about scanners, as a form names them."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One change (time UTC)."""

    kind: str
    batch: str
    at: datetime
    actor: str
    title: str
    sentence: str
    undone: bool
    can_be_undone: bool


def steps(scope: Scope, scanner: int, names: Mapping[int, str]) -> tuple[Step, ...]:
    """The newest changes; `names` are those of scanners, by key."""
    found = chain(
        _steps("scanner", scanner_merging.merges_of(scope, scanner), names),
        _steps("scanner-name", scanner_naming.names_given(scope, scanner), names),
        _steps("timeline", timeline.entries_written(scope, scanner), names),
    )
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:SHOWN])


def _steps(kind: str, batches: Iterable[Batch], names: Mapping[int, str]) -> Iterable[Step]:
    for batch in batches:
        for change in batch.changes:
            title, sentence = _WORDS[kind](change, names)
            shown = f"{title}, taken back" if batch.undoes else title
            standing = not (batch.undoes or batch.undone)
            yield Step(kind, batch.key, batch.at, batch.actor, shown, sentence, batch.undone, standing)


def _merge(change: Change, names: Mapping[int, str]) -> tuple[str, str]:
    into, before = (names.get(int(key), f"scanner {key}") if key else "" for key in (change.after, change.before))
    if into:
        return "Merged", f"“{change.written}” became another name of “{into}”."
    return "Merged", f"“{change.written}” stands for itself again, and not for “{before}”."


def _name(change: Change, names: Mapping[int, str]) -> tuple[str, str]:
    return "Renamed", f"“{change.before}” is called “{change.after}”."


def _entry(change: Change, names: Mapping[int, str]) -> tuple[str, str]:
    before, after = _said(change.before), _said(change.after)
    if not before:
        return "Written down", after
    return ("Corrected", f"{before} is now {after}") if after else ("Removed", before)


def _said(held: str) -> str:
    """An entry in words, empty where there is none."""
    entry = timeline.held(held)
    if entry is None:
        return ""
    of_day = f"{entry.kind} on {day_shown(date.fromisoformat(entry.on))}"
    return f"“{of_day}: {entry.note}”" if entry.note else f"“{of_day}”"


_WORDS = {"scanner": _merge, "scanner-name": _name, "timeline": _entry}
