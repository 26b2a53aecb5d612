"""What happens to each element where an object is de-identified (PS3.15 Annex E).

The table is E.1-1, Basic Application Level Confidentiality Profile, as the library dicom-anonymizer holds it. The options
are Retain UIDs, Retain Longitudinal Temporal Information with Full Dates, Retain Patient Characteristics, Retain Device
Identity, Retain Institution Identity and Clean Structured Content, each as far as a dose record needs it. Beyond the
options the names of studies, procedures and protocols stay, as they were typed: without them no dose can be compared.
"""

from typing import Literal

from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table
from pydicom.datadict import dictionary_VR, tag_for_keyword

Action = Literal["keep", "empty", "dummy", "remove"]
DATES = frozenset(("DA", "TM", "DT"))
PIXEL_GROUP = 0x7FE0
PADDING = 0xFFFCFFFC


def _tags(*keywords: str) -> frozenset[int]:
    """Their tags. Errors: `KeyError` for a keyword that PS3.6 does not know."""
    found = {keyword: tag_for_keyword(keyword) for keyword in keywords}
    if None in found.values():
        raise KeyError(", ".join(keyword for keyword, tag in found.items() if tag is None))
    return frozenset(tag for tag in found.values() if tag is not None)


ORDER_NUMBERS = _tags(
    "AccessionNumber", "StudyID", "RequestedProcedureID", "ScheduledProcedureStepID", "PerformedProcedureStepID",
    "PlacerOrderNumberImagingServiceRequest", "FillerOrderNumberImagingServiceRequest",
)  # fmt: skip
STAFF = _tags("OperatorsName", "PerformingPhysicianName")
_BIRTH = _tags("PatientBirthDate", "PatientBirthTime")
_CHARACTERISTICS = _tags("PatientSex", "PatientSize", "PatientWeight", "PregnancyStatus")
_DEVICE = _tags(
    "StationName", "DeviceSerialNumber", "DetectorID", "GantryID", "GeneratorID", "PlateID", "CassetteID",
    "PerformedStationName", "PerformedStationAETitle", "ScheduledStationName", "ScheduledStationAETitle",
    "XRayDetectorID", "XRaySourceID",
)  # fmt: skip
_INSTITUTION = _tags(
    "InstitutionName", "InstitutionAddress", "InstitutionCodeSequence", "InstitutionalDepartmentName",
    "InstitutionalDepartmentTypeCodeSequence",
)  # fmt: skip
_REFERENCES = _tags(
    "ReferencedStudySequence",
    "ReferencedPerformedProcedureStepSequence",
    "ReferencedImageSequence",
    "SourceImageSequence",
)
_DESCRIPTIONS = _tags(
    "StudyDescription", "SeriesDescription", "ProtocolName", "RequestedProcedureDescription",
    "PerformedProcedureStepDescription", "ScheduledProcedureStepDescription", "RequestAttributesSequence",
)  # fmt: skip
_OFFSET = _tags("TimezoneOffsetFromUTC")
_CONTENT = _tags("ContentSequence", "AcquisitionContextSequence")
_KEPT = _CHARACTERISTICS | _DEVICE | _INSTITUTION | _REFERENCES | _DESCRIPTIONS | _OFFSET | _CONTENT

_NUMBER = tuple[int, ...]
_BY_CATEGORY: tuple[tuple[Action, list[_NUMBER]], ...] = (
    ("remove", [*table.X_TAGS, *table.X_Z_TAGS, *table.X_Z_U_STAR_TAGS]),
    ("empty", [*table.Z_TAGS, *table.X_D_TAGS, *table.X_Z_D_TAGS, *table.Z_D_TAGS]),
    ("dummy", list(table.D_TAGS)),
    ("keep", list(table.U_TAGS)),
)
_ACTIONS: dict[int, Action] = {
    tag[0] << 16 | tag[1]: action for action, tags in _BY_CATEGORY for tag in tags if len(tag) == 2
}
_MASKED = [(tag[0] << 16 | tag[1], tag[2] << 16 | tag[3]) for _, tags in _BY_CATEGORY for tag in tags if len(tag) == 4]
"""Repeating groups: the tag, and which of its bits count."""


def vr_of(tag: int) -> str | None:
    """The value representation of an element by PS3.6, None for one that it does not know."""
    try:
        return str(dictionary_VR(tag))
    except KeyError:
        return None


def action_on(tag: int) -> Action:
    """What becomes of an element, orders and staff (`ORDER_NUMBERS`, `STAFF`) apart, which get pseudonyms.

    Private elements, pixels and elements that PS3.6 does not know are removed. A sequence that would be emptied is removed.
    """
    vr = vr_of(tag)
    if tag >> 16 & 1 or vr is None or tag >> 16 == PIXEL_GROUP or tag == PADDING:
        return "remove"
    if any(tag & mask == value for value, mask in _MASKED) or tag in _BIRTH:
        return "remove"
    if tag in _KEPT:
        return "keep"
    action = _ACTIONS.get(tag)
    if action is None:
        return "empty" if vr == "PN" else "keep"
    if vr in DATES:
        return "keep"
    return "remove" if vr == "SQ" and action != "keep" else action
