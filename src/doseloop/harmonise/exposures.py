"""Which exposures the projection images of a study show, and which of them a report holds already.

Two images show one exposure where they share the Irradiation Event UID (0008,3010), where one was made from the other
(Source Image Sequence), or where start, technique, doses, side and view agree and nothing differs. An image made from several
others shows no exposure of its own. An image and an event of a report are one where the UID says so, where the event names the
image (113795), or by one rule on scanner, time, technique and view: the same scanner, starts half a minute apart at most,
nothing that differs, a value of technique or dose that both state, and no second event or exposure for which all this holds.

What neither joins nor differs cannot be decided, and is not counted: what is left out is said, what is added twice is not seen.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isclose
from typing import Final

from doseloop.harmonise.events import EventKey, keyed
from doseloop.harmonise.headers import may_be_one_device
from doseloop.model.dose_object import DoseObject, Equipment
from doseloop.model.image import ImageHeader
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Code, Reading

_SAME_START_WITHIN: Final = timedelta(seconds=30)
"""Our own line: an event starts with the beam, an image with its readout; the next exposure needs another position."""
_ROUNDED_WITHIN: Final = 0.02
"""A report and a header round differently: one part in fifty."""
_VALUES: Final = (
    *("kvp", "tube_current_ma", "exposure_time_ms", "exposure_mas"),
    *("dap_gy_cm2", "agd_mgy", "entrance_exposure_mgy"),
)
"""Technique and doses, by which an exposure is known."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A projection image with what tells of its exposure."""

    object: int
    """The record's key of the object."""
    equipment: Equipment
    event: ProjectionEvent
    image: ImageHeader

    @property
    def uids(self) -> frozenset[str]:
        """Irradiation Event UIDs (0008,3010): an image that was made from several exposures may have several."""
        return frozenset(self.event.event_uid.value.split("\\")) if self.event.event_uid else frozenset()

    @property
    def names(self) -> frozenset[str]:
        """SOP Instance UIDs of the image and of what it was made from."""
        return frozenset((self.image.sop_instance_uid, *self.image.source_image_uids))


@dataclass(slots=True)
class Exposure:
    """Images of one exposure, at least one."""

    shots: list[Shot] = field(default_factory=list)

    @property
    def uids(self) -> frozenset[str]:
        """The Irradiation Event UIDs of its images."""
        return frozenset(uid for shot in self.shots for uid in shot.uids)

    @property
    def second(self) -> str:
        """The second in which it starts, empty where no image tells or several tell another one."""
        seconds = {shot.event.started_at.value[:19] for shot in self.shots if shot.event.started_at}
        return seconds.pop() if len(seconds) == 1 else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The exposures that images show."""

    exposures: list[Exposure]
    undecided: int
    """Images that may show one of them, or another one."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Images beside reports of the same study."""

    same: Mapping[int, EventKey]
    """By the record's key of the image: the event of a report that it shows."""
    undecided: int
    """Images that nothing links to an event of a report."""


def shots_of(objects: Iterable[tuple[int, DoseObject]]) -> list[Shot]:
    """The projection images among objects, those first whose headers tell most."""
    found = [
        Shot(key, dose.equipment, event, dose.image)
        for key, dose in objects
        if dose.image
        for event in dose.projection_events
    ]
    return sorted(found, key=lambda shot: (-_told(shot.event), shot.image.sop_instance_uid, shot.object))


def exposures_of(shots: Sequence[Shot]) -> Shown:
    """The exposures of images that no report tells of. `shots` in the order of `shots_of`."""
    held = {shot.image.sop_instance_uid for shot in shots}
    composed = [shot for shot in shots if _is_composed(shot, held)]
    found: list[Exposure] = []
    undecided = sum(not held.issuperset(shot.image.source_image_uids) for shot in composed)
    at_second: dict[str, list[Exposure]] = {}
    for one in _linked([shot for shot in shots if shot not in composed]):
        second = one.second
        beside = [*at_second.get("", ()), *at_second.get(second, ())] if second else found
        alike = [other for other in beside if _may_be_one(one, other)]
        if not alike:
            found.append(one)
            at_second.setdefault(second, []).append(one)
        elif len(alike) == 1 and _is_one(one, alike[0]):
            alike[0].shots += one.shots
        else:
            undecided += len(one.shots)
    return Shown(found, undecided)


def beside_reports(shots: Sequence[Shot], reports: Sequence[DoseObject]) -> Beside:
    """Which event of a report each image shows. `shots` in the order of `shots_of`."""
    events = {key: (event, report) for report in reports for key, event in keyed(report.projection_events).items()}
    by_name = {uid: key for key, (event, _) in events.items() for uid in event.image_uids}
    by_uid = {event.event_uid.value: key for key, (event, _) in reversed(events.items()) if event.event_uid}
    same: dict[int, EventKey] = {}
    for shot in shots:
        keys = [by_name[uid] for uid in sorted(shot.names) if uid in by_name]
        keys += [by_uid[uid] for uid in sorted(shot.uids) if uid in by_uid]
        if keys:
            same[shot.object] = keys[0]
    left = [one for one in _linked(shots) if not any(shot.object in same for shot in one.shots)]
    free = {key: held for key, held in events.items() if key not in same.values()}
    same |= _by_rule(left, free)
    for one in _linked(shots):  # what was made from a linked image is of its event
        key = next((same[shot.object] for shot in one.shots if shot.object in same), None)
        same |= {shot.object: key for shot in one.shots if key is not None and shot.object not in same}
    return Beside(same, sum(shot.object not in same for shot in shots))


def _by_rule(
    shown: Sequence[Exposure], events: Mapping[EventKey, tuple[ProjectionEvent, DoseObject]]
) -> dict[int, EventKey]:
    """Exposures and events that are one by scanner, time, technique and view; none that has a second candidate."""
    timed = sorted(
        (datetime.fromisoformat(event.started_at.value), number, key, event, report)
        for number, (key, (event, report)) in enumerate(events.items())
        if event.started_at
    )
    starts = [start for start, *_ in timed]
    pairs: dict[tuple[int, EventKey], None] = {}
    for number, one in enumerate(shown):
        for shot in one.shots:
            for _, _, key, event, report in timed[slice(*_around(shot, starts))]:
                if _fits(shot, event, report):
                    pairs[number, key] = None
    times = Counter(one for pair in pairs for one in pair)
    alone = [pair for pair in pairs if times[pair[0]] == times[pair[1]] == 1]
    return {shot.object: key for number, key in alone for shot in shown[number].shots}


def _around(shot: Shot, starts: Sequence[datetime]) -> tuple[int, int]:
    """Which of the sorted starts are near that of an image."""
    if shot.event.started_at is None:
        return 0, 0
    start = datetime.fromisoformat(shot.event.started_at.value)
    return bisect_left(starts, start - _SAME_START_WITHIN), bisect_right(starts, start + _SAME_START_WITHIN)


def _fits(shot: Shot, event: ProjectionEvent, report: DoseObject) -> bool:
    if (shot.uids and event.event_uid) or not may_be_one_device(shot.equipment, report.equipment):
        return False
    return _values_agree(shot.event, event, _ROUNDED_WITHIN) is True


def _linked(shots: Sequence[Shot]) -> list[Exposure]:
    """Images joined by Irradiation Event UID and by what they were made from."""
    found: list[Exposure] = []
    by_token: dict[str, Exposure] = {}
    for shot in shots:
        tokens = shot.uids if len(set(shot.image.source_image_uids)) > 1 else shot.uids | shot.names
        one = Exposure([shot])
        found.append(one)
        for token in sorted(tokens):
            other = by_token.get(token, one)
            if other is not one and (token in shot.uids or not _are_two(one.uids, other.uids)):
                found.remove(one)
                other.shots += one.shots
                by_token |= {known: other for known, of in by_token.items() if of is one}
                one = other
            by_token[token] = one
    return found


def _is_composed(shot: Shot, held: set[str]) -> bool:
    """Whether an image was made from several images, of which some are held."""
    sources = set(shot.image.source_image_uids)
    return len(sources) > 1 and bool(sources & held)


def _may_be_one(one: Exposure, other: Exposure) -> bool:
    """Whether nothing that both tell of makes them two exposures."""
    return not any(_differ(mine, theirs) for mine in one.shots for theirs in other.shots)


def _is_one(one: Exposure, other: Exposure) -> bool:
    """Whether two exposures that may be one start at the same time and share a value of technique or dose."""
    pairs = ((mine.event, theirs.event) for mine in one.shots for theirs in other.shots)
    return any(m.started_at and t.started_at and _values_agree(m, t, 0.0) for m, t in pairs)


def _differ(one: Shot, other: Shot) -> bool:
    mine, theirs = one.event, other.event
    if _are_two(one.uids, other.uids) or not may_be_one_device(one.equipment, other.equipment):
        return True
    if mine.started_at and theirs.started_at:
        if not _same_start(mine.started_at.value, theirs.started_at.value):
            return True
    elif _unequal(one.image.acquisition_number, other.image.acquisition_number):
        return True
    return _values_agree(mine, theirs, 0.0) is False


def _same_start(one: str, other: str) -> bool:
    """Whether two starts are the same; a header may leave the fraction of the second out."""
    return one == other or (one[:19] == other[:19] and "." not in min(one, other, key=len))


def _are_two(uids: frozenset[str], others: frozenset[str]) -> bool:
    return bool(uids and others) and uids.isdisjoint(others)


def _values_agree(one: ProjectionEvent, other: ProjectionEvent, within: float) -> bool | None:
    """Whether two exposures are the same by side, view, technique and doses: False where one of them differs, None where no
    technique or dose is known of both."""
    views = [event.view_position.value if event.view_position else None for event in (one, other)]
    if _unequal(one.laterality, other.laterality) or _unequal(*views) or _other_view(one.image_view, other.image_view):
        return False
    pairs = list(_pairs(one, other))
    if not all(isclose(mine, theirs, rel_tol=max(within, 1e-9)) for mine, theirs in pairs):
        return False
    return True if pairs else None


def _pairs(one: ProjectionEvent, other: ProjectionEvent) -> Iterator[tuple[float, float]]:
    for name in _VALUES:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine is not None and theirs is not None:
            yield mine.value, theirs.value


def _other_view(one: Reading[Code] | None, other: Reading[Code] | None) -> bool:
    """Whether two coded views differ; codes of two schemes may be one view."""
    if one is None or other is None:
        return False
    return one.value.scheme == other.value.scheme and one.value.value != other.value.value


def _unequal(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _told(event: ProjectionEvent) -> int:
    """How much of what an exposure is known by the header tells."""
    names = ("event_uid", "started_at", "laterality", "view_position", *_VALUES)
    return sum(getattr(event, name) is not None for name in names)
