"""What surrounds the dose in every object: study, patient, equipment, staff; for a report also what its tree says of itself."""

from typing import Any

from doseloop.model.dose_object import DoseObject, Equipment, Modality, ObjectKind
from doseloop.model.image import ImageHeader
from doseloop.reading import tid10001_projection, tid10011_ct, tid10021_radiopharmaceutical
from doseloop.reading.concept_names import Items
from doseloop.reading.devices import unmeasured
from doseloop.reading.header import Header, equipment, patient, people, study_header
from doseloop.reading.moments import date_iso, moment_iso, time_iso
from doseloop.reading.sr import ContentItem

_EVENTS = (tid10011_ct.ACQUISITION, tid10001_projection.EVENT, tid10021_radiopharmaceutical.ADMINISTRATION)

_CUT = (
    "The header has no Rows (0028,0010), which every image has: it may have been cut, and what stands after it is lost."
)
"""Doses of an image stand before and after its pixel description (PS3.3 section C.7.6.3)."""


def dose_object_of(header: Header, kind: ObjectKind, modality: Modality, **dose: Any) -> DoseObject:
    """An object that is no report with a template: `dose` are the fields that its reader fills."""
    surroundings: dict[str, Any] = {
        "equipment": equipment(header, Equipment()),
        "people": people(header, (), ()),
        "comment_on_dose": header.tags.plain("CommentsOnRadiationDose"),
        "missing": () if header.tags.plain("Rows") else (_CUT,),
    }
    told = surroundings | dose
    told["remarks"] = (*told.get("remarks", ()), *header.empty_elements())
    return DoseObject(kind=kind, modality=modality, **_header_fields(header), **told)


def of_image(header: Header, kind: ObjectKind, modality: Modality, image: ImageHeader, **dose: Any) -> DoseObject:
    """An object that is one image."""
    return dose_object_of(header, kind, modality, image=image, **dose)


def of_report(
    header: Header, root: ContentItem, items: Items, kind: ObjectKind, modality: Modality, **dose: Any
) -> DoseObject:
    """An object that is a structured report with a template of PS3.16."""
    procedure, scope = items.first("121058") or items.first("G-C2D0"), items.first("113705")
    said: dict[str, Any] = {
        "equipment": equipment(header, _observer(items)),
        "people": people(header, _operators(items), _physicians(items)),
        "started_at": moment_iso(items.plain_text("113809")),
        "ended_at": moment_iso(items.plain_text("113810")),
        "procedure_reported": items.plain_code("121058") or items.plain_code("G-C2D0"),
        "intent": Items(procedure, []).plain_code("G-C0E8") if procedure else None,
        "scope_study_uid": Items(scope, []).plain_text("110180") if scope else None,
        "dose_source": items.plain_code("113854"),
        "device_type": items.plain_code("122142"),
        "unmeasured": tuple(unmeasured(root)),
    }
    told = said | dose
    told["remarks"] = (*told.get("remarks", ()), *header.empty_elements())
    return DoseObject(kind=kind, modality=modality, **_header_fields(header), **told)


def _header_fields(header: Header) -> dict[str, Any]:
    return {
        "sop_class_uid": header.sop_class_uid,
        "sop_instance_uid": header.sop_instance_uid,
        "series_uid": header.text(0x0020000E),
        "study": study_header(header),
        "patient": patient(header),
        "template": header.inner(0x0040A504, 0x0040DB00),
        "content_at": _content_at(header),
        "completion": header.text(0x0040A491),
        "series_description": header.text(0x0008103E),
        "verified": _said(header.text(0x0040A493), "VERIFIED", "UNVERIFIED"),
        "identity_removed": _said(header.text(0x00120062), "YES", "NO"),
    }


def _said(written: str | None, yes: str, no: str) -> bool | None:
    return {yes: True, no: False}.get((written or "").strip().upper())


def _observer(items: Items) -> Equipment:
    """The device observer (TID 1004) of the report."""
    return Equipment(
        manufacturer=items.plain_text("121014"),
        model=items.plain_text("121015"),
        serial_number=items.plain_text("121016"),
        observer_uid=items.plain_text("121012"),
        observer_name=items.plain_text("121013"),
    )


def _operators(items: Items) -> tuple[str, ...]:
    """Person Names (113870, TID 1020) whose role is to administer the irradiation, of the report and of its events."""
    return tuple(
        person.text
        for holder in (items, *_event_items(items))
        for person in holder.all("113870")
        if person.text and _role(person) == "113851"
    )


def _physicians(items: Items) -> tuple[str, ...]:
    """Performing Physicians (121114) written in the events."""
    found = (one.text for holder in _event_items(items) for one in holder.all("121114"))
    return tuple(name for name in found if name)


def _event_items(items: Items) -> list[Items]:
    return [Items(event, []) for event in items.all(*_EVENTS)]


def _role(person: ContentItem) -> str | None:
    role = Items(person, []).plain_code("113875")
    return role.value if role else None


def _content_at(header: Header) -> str | None:
    day, clock = date_iso(header.text(0x00080023)), time_iso(header.text(0x00080033))
    return f"{day}T{clock}" if day and clock else day
