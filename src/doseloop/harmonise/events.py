"""The X-ray events of a study's objects, each once: what is one event, and which object's word on it holds.

An event is its Irradiation Event UID (113769), its plane and its occurrence within its report: biplane systems write one
UID for both planes, and a UID that stands twice in one report stands for two events. An event without a UID is its
content. The same key in another report is the same event. What a projection image without a UID shows is found out from all
images (`exposures`). A CT image is its acquisition.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from math import isclose
from typing import Any, Final, Generic, TypeVar

from doseloop.model.ct import CtEvent
from doseloop.model.image import ImageHeader
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Code, Reading

Event = CtEvent | ProjectionEvent
E = TypeVar("E", CtEvent, ProjectionEvent)
EventKey = tuple[object, str, int]
"""What the event is, its plane, and how often both stood before in its report."""
_ROUNDED_WITHIN: Final = 0.02
"""A report and the header of an image round differently: one part in fifty."""


@dataclass(frozen=True, slots=True)
class EventUnion(Generic[E]):
    """Events of one kind, each with the key of the object that it was taken from; and what disagreed."""

    by_key: Mapping[EventKey, tuple[int, E]]
    issues: tuple[str, ...]

    def in_order(self) -> list[tuple[int, E]]:
        """Events by their start; those without one first, as the reports list them."""
        return sorted(self.by_key.values(), key=lambda held: held[1].started_at.value if held[1].started_at else "")

    def is_held_by(self, events: Sequence[E]) -> bool:
        """Whether a report with these events holds every event, and none with a dose that a later report replaced."""
        own = keyed(events)
        return own.keys() == self.by_key.keys() and all(
            _agree(event, self.by_key[key][1]) for key, event in own.items()
        )


def union_of(objects: Iterable[tuple[int, Mapping[EventKey, E]]]) -> EventUnion[E]:
    """Events of all objects by their key, each once. `objects` come from the earliest to the latest, whose word holds."""
    found: dict[EventKey, tuple[int, E]] = {}
    issues: list[str] = []
    for held, events in objects:
        for key, event in events.items():
            earlier = found.get(key)
            if earlier and not _agree(event, earlier[1]):
                issues.append(f"Two objects give {name_of(event)} different doses; those of the later report are used.")
            if key[2] and event.event_uid:
                issues.append(f"One report holds {name_of(event)} more than once; each is kept.")
            if earlier is None or _supersedes(event, earlier[1]):
                found[key] = held, event
    return EventUnion(found, tuple(dict.fromkeys(issues)))


def keyed(events: Sequence[E]) -> dict[EventKey, E]:
    """Events of one report by what they are, in the report's order."""
    seen: Counter[tuple[object, str]] = Counter()
    found: dict[EventKey, E] = {}
    for event in events:
        what, plane = _identity(event)
        found[what, plane, seen[what, plane]] = event
        seen[what, plane] += 1
    return found


def name_of(event: Event) -> str:
    """An event in a sentence: the end of its UID, which differs where the root does not."""
    return f"event …{event.event_uid.value[-12:]}" if event.event_uid else "an event without UID"


def _identity(event: Event) -> tuple[object, str]:
    if event.event_uid is None:
        is_image = isinstance(event, CtEvent) and event.image
        return _acquisition(event.image) if is_image and event.image else _bare(event), ""
    plane = event.plane if isinstance(event, ProjectionEvent) else None
    return event.event_uid.value, plane.value.value if plane else ""


def _acquisition(image: ImageHeader) -> tuple[str, str]:
    """What a CT image without a UID shows."""
    return "ct", image.acquisition_number or image.series_uid or image.sop_instance_uid


def _bare(value: Any) -> Any:
    """A record without the places and wording of its readings, at any depth: both move as a report grows."""
    if isinstance(value, Reading):
        return replace(value, place="", recorded="")
    if isinstance(value, tuple):
        return tuple(_bare(one) for one in value)
    if is_dataclass(value) and not isinstance(value, (Code, type)):
        return replace(value, **{field.name: _bare(getattr(value, field.name)) for field in fields(value)})
    return value


def doses_of(event: Event) -> tuple[float | None, ...]:
    """The doses that make two words on one event differ. What is added up comes first."""
    if isinstance(event, CtEvent):
        return _value(event.dlp_mgy_cm), _value(event.ctdi_vol_mgy)
    return _value(event.dap_gy_cm2), _value(event.ka_r_mgy), _value(event.agd_mgy)


def _value(reading: Reading[float] | None) -> float | None:
    return reading.value if reading else None


def _agree(one: Event, other: Event) -> bool:
    """Whether no dose that both state differs: a dose that is not recorded contradicts nothing."""
    within = _ROUNDED_WITHIN if (one.image is None) != (other.image is None) else 0.0
    pairs = zip(doses_of(one), doses_of(other), strict=True)
    return all(mine is None or theirs is None or isclose(mine, theirs, rel_tol=within) for mine, theirs in pairs)


def _supersedes(later: Event, earlier: Event) -> bool:
    """The later word holds, unless it only leaves out a dose that the earlier one states."""
    stated, stated_before = ([dose is not None for dose in doses_of(event)] for event in (later, earlier))
    return stated >= stated_before or not _agree(later, earlier)
