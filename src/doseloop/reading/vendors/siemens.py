"""Siemens."""

import re
from dataclasses import replace

from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Reading
from doseloop.reading.concept_names import Items
from doseloop.reading.units import number_of
from doseloop.reading.vendors.quirk import Quirk

# The comments hold XML that is not always well formed and may be in any encoding, so that only what is looked for is read.
_POSITION = re.compile(r'<Position\s+SRData="\s*([HF]F(?:S|P|DR|DL))\s*"')
_DIAMETER = re.compile(r'<iiDiameter\s+SRData="\s*([\d.]+)\s*"', re.IGNORECASE)
READ_IN_COMMENTS = (_POSITION, _DIAMETER)
"""Each matches what is read of a comment, and nothing around it."""


def _position(event: ProjectionEvent, items: Items, root: Items) -> ProjectionEvent:
    comment = root.text("121106")
    found = _POSITION.search(comment.value) if comment else None
    if not comment or not found or event.patient_orientation or event.patient_position:
        return event
    return replace(event, patient_position=Reading(found[1], comment.place, found[0]))


def _diameter(event: ProjectionEvent, items: Items, root: Items) -> ProjectionEvent:
    found = _DIAMETER.search(event.comment.value) if event.comment else None
    diameter = number_of(found[1]) if found else None
    if not event.comment or not found or not diameter:
        return event
    return replace(event, intensifier_diameter_mm=Reading(diameter, event.comment.place, found[0]))


QUIRKS = (
    Quirk(
        id="siemens-comment-patient-position",
        maker="siemens",
        what="The patient's position stands in XML inside the report's Comment (121106) alone.",
        seen_in="AXIOM-Artis",
        event=_position,
    ),
    Quirk(
        id="siemens-comment-intensifier-diameter",
        maker="siemens",
        what="The field of the image intensifier stands in XML inside an event's Comment (121106) alone.",
        seen_in="AXIOM-Artis",
        event=_diameter,
    ),
)
