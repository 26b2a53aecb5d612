"""What an entry on a maker's quirk is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from doseloop.model.dose_object import DoseObject
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Reading, Remark
from doseloop.reading.concept_names import Items
from doseloop.reading.tags import Tags

ImageAmendment = Callable[[ProjectionEvent, Tags], ProjectionEvent]
"""The event of an image and its header give the event with what the quirk adds, or the same event."""
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
    event: EventAmendment | None = None
    """What it adds to an event of a report."""
    image: ImageAmendment | None = None
    """What it adds to the event of a projection image."""

    def apply(self, dose: DoseObject, holders: Sequence[Items], root: Items) -> DoseObject:
        """The report with what this quirk adds, marked with its id where it adds anything. `holders` are its events' items."""
        if self.event is None:
            return dose
        pairs = zip(dose.projection_events, holders, strict=True)
        return self._marked(dose, tuple(self.event(event, items, root) for event, items in pairs))

    def apply_to_image(self, dose: DoseObject, tags: Tags) -> DoseObject:
        """As `apply`, of an image."""
        if self.image is None:
            return dose
        return self._marked(dose, tuple(self.image(event, tags) for event in dose.projection_events))

    def _marked(self, dose: DoseObject, events: tuple[ProjectionEvent, ...]) -> DoseObject:
        if events == dose.projection_events:
            return dose
        pairs = zip(dose.projection_events, events, strict=True)
        remarks = tuple(remark for before, after in pairs for remark in self._repairs(before, after))
        return replace(
            dose, projection_events=events, quirks=(*dose.quirks, self.id), remarks=(*dose.remarks, *remarks)
        )

    def _repairs(self, before: ProjectionEvent, after: ProjectionEvent) -> Iterator[Remark]:
        for field in fields(after):
            filled = getattr(after, field.name)
            if filled != getattr(before, field.name):
                place = filled.place if isinstance(filled, Reading) else ""
                yield Remark("repaired", "", place, rule=self.id, field=field.name)
