"""The administrations of a study, each once: what is one administration, and which object's word on it holds.

A report and the images of every series tell of the same injection, at times with other event UIDs and starts. Two are one
where they share the Radiopharmaceutical Administration Event UID (113503), or where nuclide and activity are the same and
the starts are close, or one of them has none. A report's word holds before an image's.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from doseloop.harmonise.radionuclides import radionuclide
from doseloop.model.tracer import Administration

_SAME_ACTIVITY_WITHIN: Final = 0.01
"""Rounding of an activity: one part in a hundred."""
_SAME_START_WITHIN: Final = timedelta(minutes=30)
"""Our own line: clocks of an injector and a scanner differ by less, a second injection follows later."""

Held = tuple[int, Administration]


def one_each(found: Iterable[Held]) -> tuple[list[Held], tuple[str, ...]]:
    """Administrations, each once, by their start; and what disagreed. `found` has whose word holds first."""
    kept: list[Held] = []
    issues: list[str] = []
    for key, one in found:
        known = next((other for _, other in kept if is_same(one, other)), None)
        if known is None:
            kept.append((key, one))
        else:
            issues.extend(_conflict(known, one))
    kept.sort(key=lambda held: held[1].started_at.value if held[1].started_at else "")
    return kept, tuple(dict.fromkeys(issues))


def is_same(one: Administration, other: Administration) -> bool:
    """Whether two objects tell of one administration."""
    if one.event_uid and other.event_uid and one.event_uid.value == other.event_uid.value:
        return True
    return _same_nuclide(one, other) and _same_activity(one, other) and _close_in_time(one, other)


def _same_nuclide(one: Administration, other: Administration) -> bool:
    if one.radionuclide is None or other.radionuclide is None:
        return True
    return radionuclide(one.radionuclide.value) == radionuclide(other.radionuclide.value)


def _same_activity(one: Administration, other: Administration) -> bool:
    if one.activity_mbq is None or other.activity_mbq is None:
        return True
    mine, theirs = one.activity_mbq.value, other.activity_mbq.value
    return abs(mine - theirs) <= _SAME_ACTIVITY_WITHIN * max(abs(mine), abs(theirs))


def _close_in_time(one: Administration, other: Administration) -> bool:
    if one.started_at is None or other.started_at is None:
        return True
    apart = _moment(one.started_at.value) - _moment(other.started_at.value)
    return abs(apart) <= _SAME_START_WITHIN


def _conflict(known: Administration, other: Administration) -> Iterable[str]:
    if not _same_activity(known, other) and known.activity_mbq and other.activity_mbq:
        yield (
            f"Two objects give one administration {known.activity_mbq.value:g} and {other.activity_mbq.value:g} MBq; "
            "the first is used."
        )
    if known.started_at and other.started_at and known.started_at.value != other.started_at.value:
        starts = f"{known.started_at.value[:19]} and {other.started_at.value[:19]}"
        yield f"Two objects let one administration start at {starts}; the first is used."


def _moment(iso: str) -> datetime:
    return datetime.fromisoformat(iso)
