"""What an entry on a maker's quirk is."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from doseloop.model.dose_object import DoseObject
from doseloop.model.projection import ProjectionEvent
from doseloop.reading.concept_names import Items
from doseloop.reading.tid10001_projection import EVENT

EventAmendment = Callable[[ProjectionEvent, Items, Items], ProjectionEvent]
"""An event, its items and the report's items give the event with what the quirk adds, or the same event."""


@dataclass(frozen=True, slots=True)
class Quirk:
    """One thing that one maker does."""

    id: str
    maker: str
    """Part of the manufacturer's name, lower case."""
    what: str
    """What the maker does and what is made of it."""
    seen_in: str
    event: EventAmendment

    def apply(self, dose: DoseObject, root: Items) -> DoseObject:
        """The reading with what this quirk adds, marked with its id where it adds anything."""
        holders = [Items(container, []) for container in root.all(EVENT)]
        pairs = zip(dose.projection_events, holders, strict=True)
        events = tuple(self.event(event, items, root) for event, items in pairs)
        if events == dose.projection_events:
            return dose
        return replace(dose, projection_events=events, quirks=(*dose.quirks, self.id))
