"""Which events of a study's objects count: those of reports; where there is none, those of captured dose screens; else images.

What a report tells holds before what a screen or an image tells of the same exposure. Beside a report a screen adds nothing,
and of images only those that show an event of the report stand beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isclose
from typing import Final, Generic

from doseloop.harmonise.events import E, EventKey, EventUnion, keyed, union_of
from doseloop.harmonise.exposures import beside_reports, exposures_of, shots_of
from doseloop.harmonise.held import HeldObject, moment
from doseloop.harmonise.twins import twins
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import DoseObject
from doseloop.model.precedence import rank
from doseloop.model.projection import ProjectionEvent
from doseloop.model.quantities import shown

_AGREES_WITHIN: Final = 0.02
"""A screen is rounded: one part in fifty is past that."""

Keyed = Mapping[EventKey, E]


@dataclass(frozen=True, slots=True)
class Counted(Generic[E]):
    """The events of one kind, and the objects that they come from."""

    union: EventUnion[E]
    objects: Sequence[HeldObject]
    """The objects whose names hold for the part."""
    wholes: Sequence[DoseObject]
    """The reports that hold every event, the best first: their own totals are the exam's."""
    issues: tuple[str, ...]


def ct_events(objects: Sequence[HeldObject]) -> Counted[CtEvent]:
    """Acquisitions of CT. `objects` the best first."""
    reports = [held for held in objects if held.is_report]
    screens = [held for held in objects if held.dose.kind == "dose screen"]
    tellers = reports or screens
    if not tellers:
        union = union_of([(held.key, _acquisitions(held.dose, objects)) for held in sorted(objects, key=moment)])
        return Counted(union, objects, [], union.issues)
    found = _of_reports(tellers, {held.key: keyed(held.dose.ct_events) for held in tellers}, _ct_of)
    issues = _beside(screens, found) if reports else ()
    return Counted(found.union, found.objects, found.wholes, (*found.issues, *issues))


def projection_events(objects: Sequence[HeldObject]) -> Counted[ProjectionEvent]:
    """Exposures of projection X-ray. `objects` the best first."""
    reports = [held for held in objects if held.dose.image is None]
    images = [held for held in objects if held.dose.image is not None]
    shots = shots_of((held.key, held.dose) for held in images)
    if reports:
        beside = beside_reports(shots, [held.dose for held in sorted(reports, key=moment)])
        linked = {held.key: held for held in images if held.key in beside.same}
        events: dict[int, Keyed[ProjectionEvent]] = {held.key: keyed(held.dose.projection_events) for held in reports}
        events |= {key: {beside.same[key]: held.dose.projection_events[0]} for key, held in linked.items()}
        found = _of_reports([*reports, *linked.values()], events, _projection_of)
        issues = _undecided(beside.undecided, "exposures that no UID links to the report")
        return Counted(found.union, found.objects, found.wholes, (*found.issues, *issues))
    seen = exposures_of(shots)
    keys: dict[int, EventKey] = {}
    for one in seen.exposures:
        key: EventKey = (min(shot.image.sop_instance_uid for shot in one.shots), "", 0)
        keys |= {shot.object: key for shot in one.shots}
    own = [held for held in images if held.key in keys]
    union = union_of([(held.key, {keys[held.key]: held.dose.projection_events[0]}) for held in sorted(own, key=moment)])
    return Counted(
        union, own, [], (*union.issues, *_undecided(seen.undecided, "exposures that another image may show"))
    )


def _of_reports(
    objects: Sequence[HeldObject], events: Mapping[int, Keyed[E]], events_of: Callable[[DoseObject], Sequence[E]]
) -> Counted[E]:
    """The union over reports, and over images that are keyed as the reports' events. Images come first, so that the word
    of a report holds before theirs."""
    left_out: frozenset[EventKey] = twins([events[held.key] for held in objects if held.dose.image is None])
    ordered = sorted(objects, key=lambda held: (-rank("event", held.source), *moment(held)))
    counted = [
        (held.key, {key: event for key, event in events[held.key].items() if key not in left_out}) for held in ordered
    ]
    union: EventUnion[E] = union_of(counted)
    tellers = (held.dose for held in objects if held.dose.image is None)
    wholes = [dose for dose in tellers if union.is_held_by(events_of(dose))]
    return Counted(union, objects, wholes, (*union.issues, *_twins_named(len(left_out))))


def _acquisitions(dose: DoseObject, objects: Sequence[HeldObject]) -> Keyed[CtEvent]:
    """The acquisition of a CT image; one without a UID is that of another image with its acquisition number."""
    named = {
        held.dose.image.acquisition_number: held.dose.ct_events
        for held in sorted(objects, key=moment)
        if held.dose.image and held.dose.image.acquisition_number and any(one.event_uid for one in held.dose.ct_events)
    }
    number = dose.image.acquisition_number if dose.image else None
    is_named = any(event.event_uid for event in dose.ct_events)
    same = named.get(number) if number and not is_named else None
    return dict(zip(keyed(same), dose.ct_events, strict=False)) if same else keyed(dose.ct_events)


def _beside(screens: Sequence[HeldObject], found: Counted[CtEvent]) -> tuple[str, ...]:
    """What dose screens say that the reports do not: nothing where both come to one dose."""
    reported = _dlp([event for _, event in found.union.by_key.values()])
    for held in screens:
        stated = held.dose.ct_totals.dlp_mgy_cm if held.dose.ct_totals else None
        told = stated.value if stated else _dlp(held.dose.ct_events)
        if told and (reported is None or (told > reported and not isclose(told, reported, rel_tol=_AGREES_WITHIN))):
            dose = f"{shown('dlp_mgy_cm', told)} on a dose screen, {shown('dlp_mgy_cm', reported)} in the report"
            return (f"DLP is {dose}; the screen may show acquisitions of it, possibly twice, so it is not counted.",)
    return ()


def _dlp(events: Sequence[CtEvent]) -> float | None:
    known = [event.dlp_mgy_cm.value for event in events if event.dlp_mgy_cm]
    return fsum(known) if known else None


def _undecided(many: int, what: str) -> tuple[str, ...]:
    if not many:
        return ()
    images = f"{many} image" + ("s show" if many > 1 else " shows")
    return (f"{images} {what}; possibly twice, so not counted.",)


def _twins_named(many: int) -> tuple[str, ...]:
    if not many:
        return ()
    events = f"{many} event" + ("s" if many > 1 else "")
    return (f"Two reports give {events} of one start and dose under different UIDs; possibly twice, so counted once.",)


def _ct_of(dose: DoseObject) -> Sequence[CtEvent]:
    return dose.ct_events


def _projection_of(dose: DoseObject) -> Sequence[ProjectionEvent]:
    return dose.projection_events
