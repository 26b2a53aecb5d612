"""Who and what took part in an event, and what makers add to it (TID 1020 and 1021, PS3.16)."""

import re
from collections.abc import Iterator

from doseloop.model.device import EventDevice
from doseloop.model.reading import MakerItem, Unmeasured
from doseloop.reading.concept_names import Items
from doseloop.reading.sr import ContentItem

_PRIVATE = "99"
_OF_PEOPLE = re.compile("physician|patient|operator|person|nurse|user", re.IGNORECASE)
"""Names of items that are not kept: they say who, not how."""


def device(items: Items) -> EventDevice | None:
    """The device participant (113876, TID 1021) of an event, None where it names none."""
    for item in items.all("113876"):
        if not item.children:
            continue
        one = Items(item, [])
        names = [one.plain_text(concept) for concept in ("113877", "113878", "113879", "113880")]
        if any(names):
            return EventDevice(*names)
    return None


def maker_items(container: ContentItem) -> tuple[MakerItem, ...]:
    """Values under concepts of a maker's own coding scheme (`99...`), at any depth below a container."""
    return tuple(_private(container))


def _private(container: ContentItem) -> Iterator[MakerItem]:
    for item in container.children:
        concept = item.concept
        if concept is None or concept.scheme[:2] != _PRIVATE:
            continue
        value, unit = _written(item)
        if value and item.value_type != "PNAME" and not _OF_PEOPLE.search(concept.meaning):
            yield MakerItem(concept.meaning or concept.value, value, unit, item.place)
        yield from _private(item)


def _written(item: ContentItem) -> tuple[str, str]:
    if item.measured:
        unit = item.measured[0].unit
        return "\\".join(one.number for one in item.measured), unit.value if unit else ""
    if item.code:
        return item.code.meaning or item.code.value, ""
    return item.text or "", ""


def unmeasured(root: ContentItem) -> Iterator[Unmeasured]:
    """Measurements that a report names and leaves empty, with the qualifier that says why, in no certain order."""
    waiting = [root]
    while waiting:
        for item in waiting.pop().children:
            if item.children:
                waiting.append(item)
            if item.qualifier is not None and not any(one.number for one in item.measured):
                name = (item.concept.meaning or item.concept.value) if item.concept else "a value"
                yield Unmeasured(name, item.qualifier, item.place)
