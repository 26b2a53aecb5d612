"""Philips."""

from dataclasses import replace

from doseloop.model.projection import ProjectionEvent
from doseloop.reading.concept_names import Items
from doseloop.reading.units import MM
from doseloop.reading.vendors.quirk import Quirk

SCHEME = "99PHI-IXR-XPER"


def _table_height(event: ProjectionEvent, items: Items, root: Items) -> ProjectionEvent:
    height = None if event.table_height_mm else items.number(f"{SCHEME}:021", MM)
    return replace(event, table_height_mm=height) if height else event


QUIRKS = (
    Quirk(
        id="philips-private-table-height",
        maker="philips",
        what="The height of the table stands in a private item (021) alone; it is read as Table Height Position (113753).",
        seen_in="Allura Xper and Allura Clarity",
        event=_table_height,
    ),
)
