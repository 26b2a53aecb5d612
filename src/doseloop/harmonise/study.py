"""The union of a study's objects: any order, repetition or subset of the same objects gives the same exam.

Reports of one study are cumulative, continued, partial or repeated. The exam's events are the union of all their events by
Irradiation Event UID (113769); a report's own total is used only where that report holds every event of the union, else the
events are added up. What disagrees is kept as an issue, never resolved in silence.

Headers of images and captures of dose screens tell of events where no report does (`counted`). CT headers only give header
estimates, and none beside a report or a screen. Projection images beside a report are of its exposures where UIDs or one rule
(`exposures`) say so; what nothing links may be counted already and is left out, with an issue.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from doseloop.harmonise import acquisitions
from doseloop.harmonise.administrations import one_each
from doseloop.harmonise.counted import ct_events, projection_events
from doseloop.harmonise.headers import filled, filled_equipment
from doseloop.harmonise.held import HeldObject, best_first, moment
from doseloop.harmonise.radionuclides import emits_positrons
from doseloop.harmonise.scanned import scanned
from doseloop.harmonise.soundness import sound
from doseloop.harmonise.totals import breast_totals, ct_totals, is_fluoroscopy, projection_totals, tracer_totals
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import DoseObject, Equipment, Modality, People, StudyHeader
from doseloop.model.exam import ExamEvent, ExamRecord, Part, WallTime
from doseloop.model.precedence import first, rank
from doseloop.model.procedure import Match, Scanned, StudyNames
from doseloop.model.projection import ProjectionEvent
from doseloop.model.tracer import Administration

HEADER_ESTIMATE: Final = "header estimate"
"""Role of an event that is known from an image's header alone."""
_PROJECTION: Final[tuple[frozenset[Modality], ...]] = (
    frozenset(("RF", "DX")),
    frozenset(("MG",)),
    frozenset(("PX",)),
)
"""Projection X-ray of one part."""

_JudgedPart = tuple[Part, tuple[str, ...]]
Matcher = Callable[[StudyNames, Modality], Match | None]


def unite(objects: Sequence[HeldObject], zone: str, zone_source: str, match: Matcher) -> ExamRecord:
    """The exam that the objects of one study and one patient make together. At least one object.

    `zone` is the scanner's or site's, used where no object states an offset.
    """
    ranked, unsound = _sound(best_first(objects))
    best = ranked[0].dose
    study = filled(best.study, [held.dose.study for held in ranked])
    parts = tuple(_parts(ranked, match))
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
        repaired=sum(remark.kind == "repaired" for held in ranked for remark in held.dose.remarks),
        implausible=len(dict.fromkeys(unsound)),
    )


def equipment_of(objects: Sequence[HeldObject]) -> Equipment:
    """The scanner as the objects of one study that speak of the same device together name it."""
    ranked = best_first(objects)
    return filled_equipment(ranked[0].dose.equipment, [held.dose.equipment for held in ranked])


def _sound(objects: Sequence[HeldObject]) -> tuple[list[HeldObject], tuple[str, ...]]:
    judged = [(held, sound(held.dose)) for held in objects]
    issues = tuple(issue for _, (_, found) in judged for issue in found)
    return [replace(held, dose=dose) for held, (dose, _) in judged], issues


def _people(ranked: Sequence[HeldObject]) -> People:
    operators = {name for held in ranked for name in held.dose.people.operators}
    physicians = {name for held in ranked for name in held.dose.people.physicians}
    return People(tuple(sorted(operators)), tuple(sorted(physicians)))


def _parts(ranked: Sequence[HeldObject], match: Matcher) -> Iterator[_JudgedPart]:
    """A procedure of each kind: nuclear medicine before the CT that goes with it."""
    if any(held.dose.administrations for held in ranked):
        yield _tracer_part(ranked, match)
    ct = [held for held in ranked if held.dose.ct_events or held.dose.ct_totals]
    if ct:
        yield _ct_part(ct, match)
    for modalities in _PROJECTION:
        own = [held for held in ranked if held.dose.modality in modalities and _is_projection(held.dose)]
        if own:
            yield _projection_part(own, match)
    if any(held.dose.mr_series for held in ranked):
        yield _mr_part(ranked, match)


def _is_projection(dose: DoseObject) -> bool:
    return bool(dose.projection_events or dose.plane_totals)


def _ct_part(objects: Sequence[HeldObject], match: Matcher) -> _JudgedPart:
    counted = ct_events(objects)
    is_estimate = all(held.dose.image for held in counted.objects)
    found = counted.union.in_order()
    role = (lambda event: HEADER_ESTIMATE) if is_estimate else acquisitions.role
    events = tuple(ExamEvent(key, role(event), ct=event) for key, event in found)
    judged = [] if is_estimate else ct_totals(counted.wholes, [event for _, event in found])
    main = [event.ct for event in events if event.role in ("main", HEADER_ESTIMATE) and event.ct]
    part = Part(
        modality="CT",
        events=events,
        procedure=_procedure(counted.objects, "CT", match, None if is_estimate else scanned(main)),
        totals=tuple(total for total, _ in judged),
        ctdi_vol_mgy=max((event.ctdi_vol_mgy.value for event in main if event.ctdi_vol_mgy), default=None),
        phantom_cm=_phantom(main),
        is_estimate=is_estimate,
    )
    return part, (*counted.issues, *(issue for _, issues in judged for issue in issues))


def _phantom(events: Iterable[CtEvent]) -> int | None:
    phantoms = {event.phantom_cm for event in events}
    return phantoms.pop() if len(phantoms) == 1 else None


def _projection_part(objects: Sequence[HeldObject], match: Matcher) -> _JudgedPart:
    counted = projection_events(objects)
    found = counted.union.in_order()
    events = [event for _, event in found]
    modality = counted.objects[0].dose.modality
    judged = projection_totals(counted.wholes, events)
    if modality == "MG":
        judged += breast_totals(counted.wholes, events)
    part = Part(
        modality=modality,
        events=tuple(ExamEvent(key, _projection_role(event), projection=event) for key, event in found),
        procedure=_procedure(counted.objects, modality, match),
        totals=tuple(total for total, _ in judged),
    )
    return part, (*counted.issues, *(issue for _, issues in judged for issue in issues))


def _projection_role(event: ProjectionEvent) -> str:
    return "fluoroscopy" if is_fluoroscopy(event) else "acquisition"


def _tracer_part(ranked: Sequence[HeldObject], match: Matcher) -> _JudgedPart:
    objects = [held for held in ranked if held.dose.administrations]
    later_first = sorted(objects, key=lambda held: (-rank("administration", held.source), *moment(held)), reverse=True)
    found, conflicts = one_each((held.key, held.dose.administrations) for held in later_first)
    judged = tracer_totals([one for _, one in found])
    modality = _tracer_modality(objects, [one for _, one in found])
    part = Part(
        modality=modality,
        events=tuple(ExamEvent(key, "administration", tracer=one) for key, one in found),
        procedure=_procedure(objects, modality, match),
        totals=tuple(total for total, _ in judged),
    )
    return part, (*conflicts, *(issue for _, issues in judged for issue in issues))


def _tracer_modality(objects: Sequence[HeldObject], found: Sequence[Administration]) -> Modality:
    """Of the scanner where its images tell, else by the report or the nuclide."""
    imaged = {held.dose.modality for held in objects if held.dose.image}
    if imaged:
        return "PT" if "PT" in imaged else "NM"
    positrons = any(one.radionuclide and emits_positrons(one.radionuclide.value) for one in found)
    return "PT" if positrons or any(held.dose.modality == "PT" for held in objects) else "NM"


def _mr_part(ranked: Sequence[HeldObject], match: Matcher) -> _JudgedPart:
    objects = sorted((held for held in ranked if held.dose.mr_series), key=moment)
    series = {
        one.image.series_uid or one.image.sop_instance_uid: (held.key, one)
        for held in objects
        for one in held.dose.mr_series
    }
    found = sorted(series.values(), key=lambda held: held[1].started_at.value if held[1].started_at else "")
    events = tuple(ExamEvent(key, "series", mr=one) for key, one in found)
    return Part(modality="MR", events=events, procedure=_procedure(objects, "MR", match)), ()


def _procedure(
    objects: Sequence[HeldObject], modality: Modality, match: Matcher, of_ct: Scanned | None = None
) -> Match | None:
    """The procedure by the names in a part's own objects; names of another modality's object speak of another part."""
    own = [held.dose for held in objects if held.dose.modality == modality] or [held.dose for held in objects]
    study = filled(own[0].study, [dose.study for dose in own])
    events: list[CtEvent | ProjectionEvent] = []
    for dose in own:
        events += (*dose.ct_events, *dose.projection_events)
    protocols = [event.protocol for event in events] + [one.protocol for dose in own for one in dose.mr_series]
    names = StudyNames(
        study_description=study.description,
        protocol_name=study.protocol_name,
        requested_procedure=study.requested_procedure,
        performed_procedure=study.performed_procedure,
        procedure_codes=study.procedure_codes,
        acquisition_protocols=tuple(dict.fromkeys(name.value for name in protocols if name)),
        target_regions=tuple(dict.fromkeys(_regions(events))),
        scanned=of_ct,
    )
    return match(names, modality)


def _regions(events: Iterable[CtEvent | ProjectionEvent]) -> Iterator[str]:
    for event in events:
        if event.target_region:
            yield event.target_region.value.meaning
        if event.image and event.image.body_part:
            yield event.image.body_part


def _started(study: StudyHeader, parts: Sequence[Part], zone: str, zone_source: str) -> WallTime:
    """Study Date and Time as recorded, else the start of the first event."""
    starts = [event.detail.started_at for part in parts for event in part.events]
    earliest = min((start.value[:19] for start in starts if start), default="")
    of_study = f"{study.date}T{(study.time or '00:00:00')[:8]}" if study.date else None
    local = first("start of an exam", {"study date": of_study, "first event": earliest}) or ""
    if study.timezone_offset:
        return WallTime(local, study.timezone_offset, "object")
    return WallTime(local, zone, zone_source)
