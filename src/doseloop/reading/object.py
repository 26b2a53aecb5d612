"""One object: bytes to what it says about dose."""

from dataclasses import replace

from doseloop.model.dose_object import DoseObject, Equipment, Identity, Modality, ObjectKind, ReadResult
from doseloop.model.errors import Malformed, NotDose, NotReadYet, TooLarge
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code
from doseloop.reading import tid10001_projection, tid10011_ct
from doseloop.reading.concept_names import Items, concept_of
from doseloop.reading.encoding import find_data_set
from doseloop.reading.header import (
    OF_THE_TREE,
    Header,
    equipment,
    patient,
    people,
    read_data_set,
    report_root,
    study_header,
)
from doseloop.reading.limits import DEFAULT_LIMITS, ReadLimits
from doseloop.reading.moments import date_iso, moment_iso, time_iso
from doseloop.reading.patient import identity
from doseloop.reading.sr import ContentItem
from doseloop.reading.values import CodeMemory
from doseloop.reading.vendors import amended

_CT = frozenset((tid10011_ct.ACQUISITION, tid10011_ct.ACCUMULATED))
_EVENTS = (tid10011_ct.ACQUISITION, tid10001_projection.EVENT)
_PROJECTION = frozenset((tid10001_projection.EVENT, tid10001_projection.ACCUMULATED))


def read_content_tree(
    data: bytes, limits: ReadLimits = DEFAULT_LIMITS, memory: CodeMemory | None = None
) -> ContentItem:
    """The content tree of a structured report, whatever its template.

    Raises `NotDose` for a sound object without one, else an `ObjectError` (`NotDicom`, `Truncated`, `Malformed`, ...).
    """
    found = find_data_set(data, limits)
    header, children = read_data_set(found, limits, memory or CodeMemory(), OF_THE_TREE)
    return _tree(header, children)


def read_object(data: bytes, limits: ReadLimits = DEFAULT_LIMITS, memory: CodeMemory | None = None) -> ReadResult:
    """What one object says about dose: X-Ray Radiation Dose SR of CT (TID 10011) or projection X-ray (TID 10001), known
    by its content, whatever its SOP class. `memory` keeps codes from one object to the next and changes speed alone.

    Raises `NotDose` for a sound object without dose, `NotReadYet` for a report of another kind, else an `ObjectError`
    (`NotDicom`, `Truncated`, `Malformed`, ...).
    """
    header, children = read_data_set(find_data_set(data, limits), limits, memory or CodeMemory())
    root = _tree(header, children)
    missing: list[str] = []
    items = Items(root, missing)
    if len(items.all(*_EVENTS)) > limits.events:
        raise TooLarge(f"a report of more than {limits.events} irradiation events")
    concepts = {concept_of(child.concept) for child in root.children}
    if concepts & _CT:
        dose = _ct_report(header, items, missing)
    elif concepts & _PROJECTION:
        dose = _projection_report(header, items, missing)
    else:
        name = root.concept.meaning if root.concept else "a report without a name"
        raise NotReadYet(f"{name} ({header.sop_class_name}) holds no dose of CT or projection X-ray")
    return ReadResult(_identity(header), replace(dose, missing=_said(dose.missing, limits.sentences)))


def _said(missing: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Each sentence once, and no more than a person would read."""
    once = tuple(dict.fromkeys(missing))
    return once if len(once) <= most else (*once[:most], f"{len(once) - most} further values cannot be read.")


def _tree(header: Header, children: tuple[ContentItem, ...] | None) -> ContentItem:
    if children is None and not header.is_report:
        if not header.sop_class_uid:
            raise Malformed("no SOP Class UID (0008,0016)")
        raise NotDose(f"{header.sop_class_name}: not a structured report")
    return report_root(header, children)


def _ct_report(header: Header, items: Items, missing: list[str]) -> DoseObject:
    totals = tid10011_ct.ct_totals(items, missing)
    events = tid10011_ct.ct_events(items, missing)
    if totals and totals.events and totals.events.value != len(events):
        missing.append(f"The report states {totals.events.value:g} irradiation events and holds {len(events)}.")
    base = _dose_object(header, items, "ct report", "CT")
    return replace(base, ct_totals=totals, ct_events=events, missing=tuple(missing))


def _projection_report(header: Header, items: Items, missing: list[str]) -> DoseObject:
    planes = tid10001_projection.plane_totals(items, missing)
    events = tid10001_projection.projection_events(items, missing)
    modality = _modality(events, planes, items.plain_code("121058"))
    base = _dose_object(header, items, "projection report", modality)
    return amended(replace(base, plane_totals=planes, projection_events=events, missing=tuple(missing)), items)


def _modality(events: tuple[ProjectionEvent, ...], planes: tuple[PlaneTotals, ...], procedure: Code | None) -> Modality:
    """RF with any fluoroscopy, MG for a mammography procedure, else DX; what the device calls itself is not enough."""
    if any(map(tid10001_projection.is_fluoroscopy, events)):
        return "RF"
    if tid10001_projection.is_mammography(procedure):
        return "MG"
    fluoroscopy_s = sum(plane.fluoro_time_s.value for plane in planes if plane.fluoro_time_s)
    return "RF" if fluoroscopy_s > 0 else "DX"


def _dose_object(header: Header, items: Items, kind: ObjectKind, modality: Modality) -> DoseObject:
    procedure, scope = items.first("121058"), items.first("113705")
    return DoseObject(
        kind=kind,
        modality=modality,
        sop_class_uid=header.sop_class_uid,
        sop_instance_uid=header.sop_instance_uid,
        series_uid=header.text(0x0020000E),
        study=study_header(header),
        patient=patient(header),
        equipment=equipment(header, _observer(items)),
        people=people(header, _operators(items), _physicians(items)),
        template=header.inner(0x0040A504, 0x0040DB00),
        content_at=_content_at(header),
        completion=header.text(0x0040A491),
        started_at=moment_iso(items.plain_text("113809")),
        ended_at=moment_iso(items.plain_text("113810")),
        procedure_reported=items.plain_code("121058"),
        intent=Items(procedure, []).plain_code("G-C0E8") if procedure else None,
        scope_study_uid=Items(scope, []).plain_text("110180") if scope else None,
        dose_source=items.plain_code("113854"),
        series_description=header.text(0x0008103E),
    )


def _identity(header: Header) -> Identity:
    return identity(*map(header.text, (0x00100020, 0x00100021, 0x00100010, 0x00100030)))


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
