"""The union of a study's objects: any order, repetition or subset of the same objects gives the same exam.

Reports of one study are cumulative, continued, partial or repeated. The exam's events are the union of all their events by
Irradiation Event UID (113769); a report's own total is used only where that report holds every event of the union, else the
events are added up. What disagrees is kept as an issue, never resolved in silence.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from math import fsum
from typing import Any, TypeVar

from doseloop.harmonise import acquisitions
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import DoseObject, Equipment, Modality, PatientAtStudy, People, StudyHeader
from doseloop.model.exam import ExamEvent, ExamRecord, Part, Total, WallTime
from doseloop.model.procedure import Match, StudyNames
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Reading

_AGREES_WITHIN = 0.02
"""A stated total and the sum of its events may differ by rounding: one part in fifty is past that."""

Event = CtEvent | ProjectionEvent
R = TypeVar("R", StudyHeader, PatientAtStudy, Equipment)
Matcher = Callable[[StudyNames, Modality], Match | None]


@dataclass(frozen=True, slots=True)
class HeldObject:
    """One object of the study, with the record's key of it."""

    key: int
    dose: DoseObject


@dataclass(frozen=True, slots=True)
class _Union:
    """Events of one kind with the objects that they were taken from, in order; and what disagreed."""

    events: tuple[tuple[int, Any], ...]
    keys: frozenset[object]
    issues: tuple[str, ...]


def unite(objects: Sequence[HeldObject], zone: str, zone_source: str, match: Matcher) -> ExamRecord:
    """The exam that the objects of one study and one patient make together. At least one object.

    `zone` is the scanner's or site's, used where no object states an offset.
    """
    ranked = _ranked(objects)
    best = ranked[0].dose
    study = _filled(best.study, [held.dose.study for held in ranked])
    parts = tuple(part for part in (_ct_part(ranked, match), _projection_part(ranked, match)) if part is not None)
    issues = tuple(issue for part, more in parts for issue in (*more, *_disagreements(part.totals)))
    kept = tuple(part for part, _ in parts)
    return ExamRecord(
        study=study,
        patient=_filled(best.patient, [held.dose.patient for held in ranked]),
        equipment=_filled(best.equipment, [held.dose.equipment for held in ranked]),
        people=_people(ranked),
        modality=kept[0].modality if kept else best.modality,
        started_at=_started(study, kept, zone, zone_source),
        parts=kept,
        issues=issues,
    )


def equipment_of(objects: Sequence[HeldObject]) -> Equipment:
    """The scanner as the objects of one study together name it."""
    ranked = _ranked(objects)
    return _filled(ranked[0].dose.equipment, [held.dose.equipment for held in ranked])


def _ranked(objects: Sequence[HeldObject]) -> list[HeldObject]:
    return sorted(objects, key=_rank, reverse=True)


def _rank(held: HeldObject) -> tuple[bool, int, str, str]:
    """Complete before partial, more events before fewer, later before earlier; the UID settles a tie."""
    dose = held.dose
    count = len(dose.ct_events) + len(dose.projection_events)
    return dose.completion != "PARTIAL", count, dose.content_at or "", dose.sop_instance_uid


def _filled(best: R, ranked: Iterable[R]) -> R:
    """The best object's header, with what it lacks taken from the next that has it."""
    missing = {field.name for field in fields(best) if getattr(best, field.name) is None}
    found: dict[str, Any] = {}
    for other in ranked:
        found |= {name: getattr(other, name) for name in missing - set(found) if getattr(other, name) is not None}
    return replace(best, **found)


def _people(ranked: Sequence[HeldObject]) -> People:
    operators = {name for held in ranked for name in held.dose.people.operators}
    physicians = {name for held in ranked for name in held.dose.people.physicians}
    return People(tuple(sorted(operators)), tuple(sorted(physicians)))


def _event_key(event: Event) -> object:
    """The Irradiation Event UID; an event without one is itself."""
    return event.event_uid.value if event.event_uid else _content(event)


def _content(event: Event) -> Event:
    """The event without places and wording, to compare what two reports say of it."""
    bare: dict[str, Any] = {
        field.name: replace(value, place="", recorded="")
        for field in fields(event)
        if isinstance(value := getattr(event, field.name), Reading)
    }
    return replace(event, **bare)


def _dose(event: Event) -> tuple[float | None, ...]:
    if isinstance(event, CtEvent):
        return _value(event.ctdi_vol_mgy), _value(event.dlp_mgy_cm)
    return _value(event.dap_gy_cm2), _value(event.ka_r_mgy)


def _value(reading: Reading[float] | None) -> float | None:
    return reading.value if reading else None


def _union(reports: Sequence[tuple[int, Sequence[Event]]]) -> _Union:
    """Events of all reports, each once, from the first report (the best) that has it."""
    seen: dict[object, tuple[int, Event]] = {}
    issues: list[str] = []
    for key, events in reports:
        for event in events:
            known = seen.setdefault(_event_key(event), (key, event))
            if _dose(known[1]) != _dose(event):
                issues.append(f"Two objects give event {_name(event)} different doses; the newer complete one is used.")
    events_in_order = sorted(seen.values(), key=lambda held: held[1].started_at.value if held[1].started_at else "")
    return _Union(tuple(events_in_order), frozenset(seen), tuple(dict.fromkeys(issues)))


def _name(event: Event) -> str:
    return f"…{event.event_uid.value[-12:]}" if event.event_uid else "without UID"


def _ct_part(ranked: Sequence[HeldObject], match: Matcher) -> tuple[Part, tuple[str, ...]] | None:
    reports = [held for held in ranked if held.dose.ct_events or held.dose.ct_totals]
    if not reports:
        return None
    union = _union([(held.key, held.dose.ct_events) for held in reports])
    events = tuple(ExamEvent(key, acquisitions.role(event), ct=event) for key, event in union.events)
    whole = _whole(reports, union, lambda dose: dose.ct_events)
    stated = whole.dose.ct_totals.dlp_mgy_cm if whole and whole.dose.ct_totals else None
    total = _total("dlp_mgy_cm", _value(stated), [_value(event.dlp_mgy_cm) for _, event in union.events])
    main = [event.ct for event in events if event.role == "main" and event.ct]
    part = Part(
        modality="CT",
        events=events,
        procedure=_procedure(ranked, "CT", match),
        totals=(total,),
        ctdi_vol_mgy=max((event.ctdi_vol_mgy.value for event in main if event.ctdi_vol_mgy), default=None),
        phantom_cm=_phantom(main),
    )
    return part, union.issues


def _phantom(events: Iterable[CtEvent]) -> int | None:
    phantoms = {event.phantom_cm for event in events}
    return phantoms.pop() if len(phantoms) == 1 else None


def _projection_part(ranked: Sequence[HeldObject], match: Matcher) -> tuple[Part, tuple[str, ...]] | None:
    reports = [held for held in ranked if held.dose.projection_events or held.dose.plane_totals]
    if not reports:
        return None
    union = _union([(held.key, held.dose.projection_events) for held in reports])
    events = tuple(ExamEvent(key, _projection_role(event), projection=event) for key, event in union.events)
    whole = _whole(reports, union, lambda dose: dose.projection_events)
    modality = reports[0].dose.modality
    part = Part(
        modality=modality,
        events=events,
        procedure=_procedure(ranked, modality, match),
        totals=tuple(_projection_totals(whole, [event for event in events if event.projection])),
    )
    return part, union.issues


def _projection_totals(whole: HeldObject | None, events: Sequence[ExamEvent]) -> Iterable[Total]:
    planes = whole.dose.plane_totals if whole else ()
    for quantity in ("dap_gy_cm2", "ka_r_mgy"):
        stated = _sum(_value(getattr(plane, quantity)) for plane in planes)
        yield _total(quantity, stated, [_value(getattr(event.projection, quantity)) for event in events])
    fluoroscopy = [event.projection for event in events if event.role == "fluoroscopy" and event.projection]
    stated = _sum(_value(plane.fluoro_time_s) for plane in planes)
    yield _total("fluoro_time_s", stated, [_value(event.irradiation_duration_s) for event in fluoroscopy])


def _projection_role(event: ProjectionEvent) -> str:
    kind = event.irradiation_type.value.meaning.casefold() if event.irradiation_type else ""
    return "fluoroscopy" if "fluoroscopy" in kind else "acquisition"


def _whole(
    reports: Sequence[HeldObject], union: _Union, events_of: Callable[[DoseObject], Sequence[Event]]
) -> HeldObject | None:
    """The best report that holds every event of the union, None where none does."""
    return next((held for held in reports if {_event_key(e) for e in events_of(held.dose)} == union.keys), None)


def _total(quantity: str, stated: float | None, events: Sequence[float | None]) -> Total:
    summed = _sum(events)
    used = "stated" if stated is not None else "summed" if summed is not None else ""
    return Total(quantity, stated, summed, used)


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) if known else None


def _disagreements(totals: Iterable[Total]) -> Iterable[str]:
    for total in totals:
        if total.stated is None or total.summed is None or total.quantity == "fluoro_time_s":
            continue
        if abs(total.stated - total.summed) > _AGREES_WITHIN * max(abs(total.stated), abs(total.summed)):
            yield (
                f"The report states {total.quantity} {total.stated:g}, its events add up to {total.summed:g}; "
                "the stated total is used."
            )


def _procedure(ranked: Sequence[HeldObject], modality: Modality, match: Matcher) -> Match | None:
    best = ranked[0].dose
    study = _filled(best.study, [held.dose.study for held in ranked])
    events: list[CtEvent | ProjectionEvent] = [*best.ct_events, *best.projection_events]
    names = StudyNames(
        study_description=study.description,
        protocol_name=study.protocol_name,
        requested_procedure=study.requested_procedure,
        performed_procedure=study.performed_procedure,
        acquisition_protocols=tuple(dict.fromkeys(event.protocol.value for event in events if event.protocol)),
        target_regions=tuple(
            dict.fromkeys(event.target_region.value.meaning for event in events if event.target_region)
        ),
    )
    return match(names, modality)


def _started(study: StudyHeader, parts: Sequence[Part], zone: str, zone_source: str) -> WallTime:
    """Study Date and Time as recorded, else the start of the first event."""
    starts = [event.ct or event.projection for part in parts for event in part.events]
    first = min((event.started_at.value[:19] for event in starts if event and event.started_at), default="")
    local = f"{study.date}T{(study.time or '00:00:00')[:8]}" if study.date else first
    if study.timezone_offset:
        return WallTime(local, study.timezone_offset, "object")
    return WallTime(local, zone, zone_source)
