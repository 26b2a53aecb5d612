"""Philips."""

from dataclasses import replace

from doseloop.model.precedence import first
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Reading
from doseloop.reading.concept_names import Items
from doseloop.reading.units import COUNT, MM
from doseloop.reading.vendors.quirk import Quirk

SCHEME = "99PHI-IXR-XPER"
SHUTTERS_AT_MM = 1000


def _either(standard: Reading[float] | None, private: Reading[float] | None) -> Reading[float] | None:
    return first("standard or private", {"standard item": standard, "maker's item": private})


def _table_height(event: ProjectionEvent, items: Items, root: Items) -> ProjectionEvent:
    height = _either(event.table_height_mm, items.number(f"{SCHEME}:021", MM))
    return event if height == event.table_height_mm else replace(event, table_height_mm=height)


def _shutters(event: ProjectionEvent, items: Items, root: Items) -> ProjectionEvent:
    if event.field_width_mm or event.field_height_mm or not event.source_detector_mm:
        return event
    enlarged = event.source_detector_mm.value / SHUTTERS_AT_MM
    width, height = _opening(items, "007", "008", enlarged), _opening(items, "009", "006", enlarged)
    return replace(event, field_width_mm=width, field_height_mm=height) if width or height else event


def _opening(items: Items, one: str, other: str, enlarged: float) -> Reading[float] | None:
    sides = [items.number(f"{SCHEME}:{code}", MM) for code in (one, other)]
    found = [side for side in sides if side]
    opening = sum(side.value for side in found) * enlarged
    if len(found) < len(sides) or opening <= 0:
        return None
    return Reading(opening, found[0].place, " + ".join(side.recorded for side in found))


def _ends(event: ProjectionEvent, items: Items, root: Items) -> ProjectionEvent:
    height = _either(event.table_height_end_mm, items.number(f"{SCHEME}:020", MM))
    frames = _either(event.frames, items.number(f"{SCHEME}:003", COUNT))
    if height == event.table_height_end_mm and frames == event.frames:
        return event
    return replace(event, table_height_end_mm=height, frames=frames)


QUIRKS = (
    Quirk(
        id="philips-private-table-height",
        maker="philips",
        what="The height of the table stands in a private item (021) alone; it is read as Table Height Position (113753).",
        seen_in="Allura Xper and Allura Clarity",
        event=_table_height,
    ),
    Quirk(
        id="philips-private-shutters",
        maker="philips",
        what="The field stands in four private shutters (006 to 009) alone, as at 1 m from the focus; their openings, enlarged "
        "to the detector, are read as Collimated Field Width and Height (113789, 113788).",
        seen_in="Allura Xper, Allura Clarity and Azurion",
        event=_shutters,
    ),
    Quirk(
        id="philips-private-ends",
        maker="philips",
        what="The table's height at the end (020) and the number of frames (003) stand in private items alone.",
        seen_in="Allura Xper, Allura Clarity and Azurion",
        event=_ends,
    ),
)
