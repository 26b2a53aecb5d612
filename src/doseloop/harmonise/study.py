"""The union of a study's objects: any order, repetition or subset of the same objects gives the same exam.

Reports of one study are cumulative, continued, partial or repeated. The exam's events are the union of all their events by
Irradiation Event UID (113769); a report's own total is used only where that report holds every event of the union, else the
events are added up. What disagrees is kept as an issue, never resolved in silence.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from doseloop.harmonise import acquisitions
from doseloop.harmonise.events import E, Event, EventUnion, union_of
from doseloop.harmonise.headers import filled, filled_equipment
from doseloop.harmonise.soundness import sound
from doseloop.harmonise.totals import ct_totals, is_fluoroscopy, projection_totals
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import DoseObject, Equipment, Modality, People, StudyHeader
from doseloop.model.exam import ExamEvent, ExamRecord, Part, WallTime
from doseloop.model.procedure import Match, StudyNames
from doseloop.model.projection import ProjectionEvent

Matcher = Callable[[StudyNames, Modality], Match | None]


@dataclass(frozen=True, slots=True)
class HeldObject:
    """One object of the study, with the record's key of it."""

    key: int
    dose: DoseObject


def unite(objects: Sequence[HeldObject], zone: str, zone_source: str, match: Matcher) -> ExamRecord:
    """The exam that the objects of one study and one patient make together. At least one object.

    `zone` is the scanner's or site's, used where no object states an offset.
    """
    ranked, unsound = _sound(_ranked(objects))
    best = ranked[0].dose
    study = filled(best.study, [held.dose.study for held in ranked])
    parts = tuple(part for part in (_ct_part(ranked, match), _projection_part(ranked, match)) if part is not None)
    kept = tuple(part for part, _ in parts)
    return ExamRecord(
        study=study,
        patient=filled(best.patient, [held.dose.patient for held in ranked]),
        equipment=equipment_of(ranked),
        people=_people(ranked),
        modality=kept[0].modality if kept else best.modality,
        started_at=_started(study, kept, zone, zone_source),
        parts=kept,
        issues=tuple(dict.fromkeys((*unsound, *(issue for _, issues in parts for issue in issues)))),
    )


def equipment_of(objects: Sequence[HeldObject]) -> Equipment:
    """The scanner as the objects of one study that speak of the same device together name it."""
    ranked = _ranked(objects)
    return filled_equipment(ranked[0].dose.equipment, [held.dose.equipment for held in ranked])


def _ranked(objects: Iterable[HeldObject]) -> list[HeldObject]:
    return sorted(objects, key=_rank, reverse=True)


def _rank(held: HeldObject) -> tuple[bool, int, str, str, int]:
    """Complete before partial, more events before fewer, later before earlier; the UID settles a tie."""
    dose = held.dose
    count = len(dose.ct_events) + len(dose.projection_events)
    return dose.completion != "PARTIAL", count, *_moment(held)


def _moment(held: HeldObject) -> tuple[str, str, int]:
    return held.dose.content_at or "", held.dose.sop_instance_uid, held.key


def _sound(objects: Sequence[HeldObject]) -> tuple[list[HeldObject], tuple[str, ...]]:
    judged = [(held, sound(held.dose)) for held in objects]
    issues = tuple(issue for _, (_, found) in judged for issue in found)
    return [replace(held, dose=dose) for held, (dose, _) in judged], issues


def _people(ranked: Sequence[HeldObject]) -> People:
    operators = {name for held in ranked for name in held.dose.people.operators}
    physicians = {name for held in ranked for name in held.dose.people.physicians}
    return People(tuple(sorted(operators)), tuple(sorted(physicians)))


def _ct_events(dose: DoseObject) -> Sequence[CtEvent]:
    return dose.ct_events


def _projection_events(dose: DoseObject) -> Sequence[ProjectionEvent]:
    return dose.projection_events


def _union(reports: Sequence[HeldObject], events_of: Callable[[DoseObject], Sequence[E]]) -> EventUnion[E]:
    return union_of((held.key, events_of(held.dose)) for held in sorted(reports, key=_moment))


def _wholes(
    reports: Sequence[HeldObject], union: EventUnion[E], events_of: Callable[[DoseObject], Sequence[E]]
) -> list[DoseObject]:
    """The reports that hold every event of the union, the best first: their own totals are the exam's."""
    return [held.dose for held in reports if union.is_held_by(events_of(held.dose))]


def _ct_part(ranked: Sequence[HeldObject], match: Matcher) -> tuple[Part, tuple[str, ...]] | None:
    reports = [held for held in ranked if held.dose.ct_events or held.dose.ct_totals]
    if not reports:
        return None
    union = _union(reports, _ct_events)
    found = union.in_order()
    events = tuple(ExamEvent(key, acquisitions.role(event), ct=event) for key, event in found)
    judged = ct_totals(_wholes(reports, union, _ct_events), [event for _, event in found])
    main = [event.ct for event in events if event.role == "main" and event.ct]
    part = Part(
        modality="CT",
        events=events,
        procedure=_procedure(reports, "CT", _ct_events, match),
        totals=tuple(total for total, _ in judged),
        ctdi_vol_mgy=max((event.ctdi_vol_mgy.value for event in main if event.ctdi_vol_mgy), default=None),
        phantom_cm=_phantom(main),
    )
    return part, (*union.issues, *(issue for _, issues in judged for issue in issues))


def _phantom(events: Iterable[CtEvent]) -> int | None:
    phantoms = {event.phantom_cm for event in events}
    return phantoms.pop() if len(phantoms) == 1 else None


def _projection_part(ranked: Sequence[HeldObject], match: Matcher) -> tuple[Part, tuple[str, ...]] | None:
    reports = [held for held in ranked if held.dose.projection_events or held.dose.plane_totals]
    if not reports:
        return None
    union = _union(reports, _projection_events)
    found = union.in_order()
    judged = projection_totals(_wholes(reports, union, _projection_events), [event for _, event in found])
    modality = reports[0].dose.modality
    part = Part(
        modality=modality,
        events=tuple(ExamEvent(key, _projection_role(event), projection=event) for key, event in found),
        procedure=_procedure(reports, modality, _projection_events, match),
        totals=tuple(total for total, _ in judged),
    )
    return part, (*union.issues, *(issue for _, issues in judged for issue in issues))


def _projection_role(event: ProjectionEvent) -> str:
    return "fluoroscopy" if is_fluoroscopy(event) else "acquisition"


def _procedure(
    reports: Sequence[HeldObject],
    modality: Modality,
    events_of: Callable[[DoseObject], Sequence[Event]],
    match: Matcher,
) -> Match | None:
    """The procedure by the names in a part's own reports; names of another modality's report speak of another part."""
    own = [held.dose for held in reports if held.dose.modality == modality] or [held.dose for held in reports]
    study = filled(own[0].study, [dose.study for dose in own])
    events = [event for dose in own for event in events_of(dose)]
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
