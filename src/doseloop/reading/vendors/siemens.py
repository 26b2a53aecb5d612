"""Siemens."""

import re
from dataclasses import replace

from doseloop.model.dose_object import DoseObject
from doseloop.model.projection import Filter, PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Reading, Remark
from doseloop.reading.concept_names import Items
from doseloop.reading.header import Header
from doseloop.reading.moments import moment_iso
from doseloop.reading.sr import ContentItem
from doseloop.reading.surroundings import of_report
from doseloop.reading.tags import Tags
from doseloop.reading.units import COUNT, GY_CM2, MGY, SECONDS, number_of
from doseloop.reading.vendors.quirk import Quirk

# The comments hold XML that is not always well formed and may be in any encoding, so that only what is looked for is read.
_POSITION = re.compile(r'<Position\s+SRData="\s*([HF]F(?:S|P|DR|DL))\s*"')
_DIAMETER = re.compile(r'<iiDiameter\s+SRData="\s*([\d.]+)\s*"', re.IGNORECASE)
_FILTER_TYPE = re.compile(r"([A-Z]{2})_?(\d+[._]?\d*)_?MM", re.IGNORECASE)
_MATERIALS = {"CU": "COPPER", "AL": "ALUMINUM"}
SUMMARY_SCHEME = "99SMS_RADSUM"
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


def _filter_type(event: ProjectionEvent, tags: Tags) -> ProjectionEvent:
    kind = tags.text("FilterType")
    found = _FILTER_TYPE.fullmatch(kind.value.strip()) if kind else None
    if not kind or not found or any(one.material for one in event.filters):
        return event
    thickness = number_of(found[2].replace("_", "."))
    material = _MATERIALS.get(found[1].upper())
    if material is None or thickness is None:
        return event
    depth = Reading(thickness, kind.place, kind.value)
    made_of = Reading(Code("", "", material), kind.place, kind.value)
    return replace(event, filters=(Filter(made_of, depth, depth, tags.worded("FilterType")),))


def is_summary(root: ContentItem) -> bool:
    """Whether a report is the Radiation Summary Report of mobile C-arms (`C-10` of 99SMS_RADSUM): totals without events."""
    return root.concept is not None and root.concept.scheme == SUMMARY_SCHEME


def read_summary(header: Header, root: ContentItem) -> DoseObject:
    """What it says; the air kerma may be there without a number."""
    missing: list[Remark] = []
    items = Items(root, missing)
    number = items.number
    totals = PlaneTotals(
        dap_gy_cm2=number(f"{SUMMARY_SCHEME}:C-204", GY_CM2),
        ka_r_mgy=number(f"{SUMMARY_SCHEME}:C-210", MGY),
        fluoro_time_s=number(f"{SUMMARY_SCHEME}:C-202", SECONDS),
        exposures=number(f"{SUMMARY_SCHEME}:C-200", COUNT),
    )
    told = {
        "started_at": moment_iso(items.plain_text(f"{SUMMARY_SCHEME}:C-206")),
        "ended_at": moment_iso(items.plain_text(f"{SUMMARY_SCHEME}:C-208")),
        "quirks": ("siemens-radiation-summary",),
    }
    return of_report(header, root, items, "dose summary", "RF", plane_totals=(totals,), remarks=tuple(missing), **told)


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
    Quirk(
        id="siemens-filter-type-text",
        maker="siemens",
        what="Filter Type (0018,1160) says material and thickness (CU_0.2_MM), and Filter Material (0018,7050) is absent.",
        seen_in="Fluorospot Compact FD",
        image=_filter_type,
    ),
    Quirk(
        id="siemens-radiation-summary",
        maker="siemens",
        what="An Enhanced SR of a private template holds the totals of a study, and no events (`read_summary`).",
        seen_in="ARCADIS Varic",
    ),
)
