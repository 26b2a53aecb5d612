"""The administrations of a study, each once: what is one administration, and which object's word on it holds.

A report and the images of every series tell of the same injection, at times with other event UIDs and starts. Two of different
objects are one where they share the Radiopharmaceutical Administration Event UID (113503), or where nuclide and activity are
the same and the starts are close, or one of them has none. Where the activities differ and nothing else does, an image may
tell of the same one (what was left in the syringe is taken off in one place and not in the other): it is not counted. A later
report's word holds before an earlier one's, and a report's before an image's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from doseloop.harmonise.radionuclides import radionuclide
from doseloop.model.tracer import Administration

_SAME_ACTIVITY_WITHIN: Final = 0.01
"""Rounding of an activity: one part in a hundred."""
_LEAST_LEFT: Final = 0.5
"""Our own line: less than half of what was measured is another administration, not the same without its residue."""
_SAME_START_WITHIN: Final = timedelta(minutes=30)
"""Our own line: clocks of an injector and a scanner differ by less, a second injection follows later."""

Held = tuple[int, Administration]


@dataclass(slots=True)
class _Kept:
    """An administration that counts, and the objects that tell of it."""

    key: int
    one: Administration
    told_by: set[int] = field(default_factory=set)


def one_each(objects: Iterable[tuple[int, Sequence[Administration]]]) -> tuple[list[Held], tuple[str, ...]]:
    """Administrations, each once, by their start; and what disagreed. `objects` have whose word holds first; what one object
    lists are different ones."""
    kept: list[_Kept] = []
    issues: list[str] = []
    for key, administrations in objects:
        for one in administrations:
            known = _known(one, key, kept)
            if known is None:
                issues.extend(_undecided(one, key, kept) or _keep(one, key, kept))
            else:
                known.told_by.add(key)
                issues.extend(_conflict(known.one, one))
    kept.sort(key=lambda held: held.one.started_at.value if held.one.started_at else "")
    return [(held.key, held.one) for held in kept], tuple(dict.fromkeys(issues))


def _keep(one: Administration, key: int, kept: list[_Kept]) -> tuple[str, ...]:
    kept.append(_Kept(key, one, {key}))
    return ()


def _known(one: Administration, key: int, kept: Sequence[_Kept]) -> _Kept | None:
    """The administration that this is, by its UID before all else."""
    by_uid = next((held for held in kept if _same_uid(one, held.one)), None)
    return by_uid or next((held for held in kept if key not in held.told_by and is_same(one, held.one)), None)


def _undecided(one: Administration, key: int, kept: Sequence[_Kept]) -> tuple[str, ...]:
    """Why it is not counted, empty where it is one of its own."""
    alike = (held.one for held in kept if key not in held.told_by and _may_be_same(one, held.one))
    activities = (f"{_mbq(other):g} and {_mbq(one):g} MBq" for other in alike)
    what = "Two objects tell of an administration of one nuclide and time with"
    return tuple(f"{what} {both}; possibly twice, so the first alone is counted." for both in activities)[:1]


def _may_be_same(one: Administration, other: Administration) -> bool:
    """Whether activities alone tell two administrations apart, by no more than what stays in a syringe."""
    two_reports = one.image is None and other.image is None
    if (two_reports and one.event_uid and other.event_uid) or not _same_nuclide(one, other):
        return False
    less, more = sorted((_mbq(one), _mbq(other)))
    return _close_in_time(one, other) and less >= _LEAST_LEFT * more


def _mbq(one: Administration) -> float:
    return one.activity_mbq.value if one.activity_mbq else 0.0


def is_same(one: Administration, other: Administration) -> bool:
    """Whether two objects tell of one administration."""
    if _same_uid(one, other):
        return True
    return _same_nuclide(one, other) and _same_activity(one, other) and _close_in_time(one, other)


def _same_uid(one: Administration, other: Administration) -> bool:
    return bool(one.event_uid and other.event_uid and one.event_uid.value == other.event_uid.value)


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


def _conflict(known: Administration, other: Administration) -> Iterator[str]:
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
