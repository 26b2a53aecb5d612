"""What every method makes of an exam: of each event, of its parts and of the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from doseloop.dosimetry import (
    activity_per_kg,
    deviation_index,
    effective_dose_ct,
    effective_dose_ct_exam,
    effective_dose_ct_methods,
    effective_dose_projection,
    effective_dose_tracer,
    entrance_kerma,
    exam_effective_dose,
    exposure_totals,
    glandular_dose,
    kerma_calibration,
    noise,
    paediatric_activity,
    paediatric_activity_ratio,
    ssde,
    ssde_methods,
    water_equivalent_diameter,
)
from doseloop.dosimetry.exposure_totals import PlaneTotal
from doseloop.dosimetry.methods import edition
from doseloop.model.calibration import CALIBRATED, Calibration, plane_of
from doseloop.model.ct import CtEvent
from doseloop.model.diameter import Diameter, MeasuredNoise
from doseloop.model.dose_object import Modality
from doseloop.model.estimate import Estimate, Estimated, ExamEstimates, NotEstimated
from doseloop.model.exam import Event, ExamEvent
from doseloop.model.mr import MrSeries
from doseloop.model.projection import ProjectionEvent
from doseloop.model.subject import Subject
from doseloop.model.tracer import Administration

_ADULT_FROM_YEARS: Final = 18.0
"""The dosage card is for children."""
_DISPLAYED: Final = "It is made from the kerma-area product as displayed, not as corrected by the calibration."
_NO_DOSE_OF_HEADERS: Final = (
    NotEstimated(
        "effective_dose_msv",
        effective_dose_ct_methods.ICRP_103.id,
        "The exam is known from the headers of images alone, which tell no dose-length product for sure.",
    ),
)
_HEADERS_ALONE: Final = (
    NotEstimated(
        "ssde_mgy",
        ssde_methods.AAPM_220.id,
        "The exam is known from the headers of images alone: their CTDIvol may be that of a slice, and no report tells the scan's.",
    ),
)


@dataclass(frozen=True, slots=True)
class EventOfExam:
    """An event with what its methods need beside it. Words that are not known are empty."""

    event: Event
    role: str
    """As in `model.exam.ExamEvent`."""
    part: int
    """Which part of the exam it belongs to, counted from 0."""
    nuclide: str = ""
    product: str = ""
    target_filter: str = ""
    diameter: Diameter | None = None
    """Measured in the images that show it."""
    noise: MeasuredNoise | None = None
    """Likewise."""


@dataclass(frozen=True, slots=True)
class PartOfExam:
    """A procedure of the exam."""

    modality: Modality
    procedure: str | None
    """Key of the standard procedure."""
    is_estimate: bool = False
    """Whether it is known from headers of images alone: nothing is computed from those."""
    dap_gy_cm2: float | None = None
    ka_r_mgy: float | None = None
    """Its totals as displayed, which may be stated where its events do not tell theirs."""


@dataclass(frozen=True, slots=True)
class ExamToEstimate:
    """All that the methods see of an exam."""

    subject: Subject
    parts: tuple[PartOfExam, ...]
    events: tuple[EventOfExam, ...]
    calibrations: tuple[Calibration, ...] = ()
    """Of its tubes, in force on its day."""


def estimates(exam: ExamToEstimate) -> ExamEstimates:
    """What can be computed of the exam, and of the rest why not."""
    doses = [_doses_by_set(one, exam) for one in exam.events]
    events = tuple(_of_event(one, exam, by_set) for one, by_set in zip(exam.events, doses, strict=True))
    parts = tuple(_of_part(exam, events, doses, number) for number in range(len(exam.parts)))
    whole = (*exam_effective_dose.of_whole(parts), *_corrected_of_whole(parts))
    return ExamEstimates(events, parts, whole, edition())


def _doses_by_set(one: EventOfExam, exam: ExamToEstimate) -> Mapping[str, Estimated]:
    """Effective dose of an acquisition by each set of coefficients; empty for another kind of event."""
    part = exam.parts[one.part]
    if part.is_estimate or not isinstance(one.event, CtEvent):
        return {}
    return effective_dose_ct.by_set(one.event, exam.subject, part.procedure, one.role)


def _of_event(one: EventOfExam, exam: ExamToEstimate, by_set: Mapping[str, Estimated]) -> tuple[Estimated, ...]:
    part = exam.parts[one.part]
    if part.is_estimate:
        return _HEADERS_ALONE if part.modality == "CT" else ()
    match one.event:
        case CtEvent():
            return _of_ct(one, one.event, part, by_set)
        case ProjectionEvent():
            return _of_projection(one, one.event, part, exam)
        case Administration():
            return _of_tracer(one, one.event, exam.subject)
        case MrSeries():
            return ()


def _of_ct(
    one: EventOfExam, event: CtEvent, part: PartOfExam, by_set: Mapping[str, Estimated]
) -> tuple[Estimated, ...]:
    doses = effective_dose_ct.worth_telling([*by_set.values()])
    if one.role != "main":
        return doses
    size = ssde.diameter_of(event, one.diameter)
    measured = (water_equivalent_diameter.estimate(size), noise.estimate(one.noise))
    known = tuple(found for found in measured if found is not None)
    return (*known, ssde.estimate(event, size, part.procedure), *doses)


def _of_projection(
    one: EventOfExam, event: ProjectionEvent, part: PartOfExam, exam: ExamToEstimate
) -> tuple[Estimated, ...]:
    if part.modality == "MG":
        return (glandular_dose.estimate(event, one.target_filter, exam.subject),)
    doses = effective_dose_projection.estimates(event, exam.subject, part.procedure)
    corrected = kerma_calibration.estimates(event, exam.calibrations)
    doses = tuple(_of_displayed(one) for one in doses) if corrected else doses
    if part.modality != "DX":
        return (*corrected, *doses)
    return (*corrected, *doses, entrance_kerma.estimate(event), deviation_index.estimate(event))


def _of_tracer(one: EventOfExam, event: Administration, subject: Subject) -> tuple[Estimated, ...]:
    given = (event, one.nuclide, one.product, subject)
    doses = effective_dose_tracer.estimates(*given)
    activity = activity_per_kg.estimate(event, subject)
    if subject.age_years is None or subject.age_years >= _ADULT_FROM_YEARS:
        return (*doses, activity)
    return (*doses, activity, paediatric_activity.estimate(*given), paediatric_activity_ratio.estimate(*given))


def _of_part(
    exam: ExamToEstimate,
    found: Sequence[tuple[Estimated, ...]],
    doses: Sequence[Mapping[str, Estimated]],
    number: int,
) -> tuple[Estimated, ...]:
    part = exam.parts[number]
    own = [place for place, one in enumerate(exam.events) if one.part == number]
    if part.is_estimate:
        return _NO_DOSE_OF_HEADERS if part.modality == "CT" else ()
    if part.modality != "CT":
        return (*exam_effective_dose.of_part([found[place] for place in own]), *_corrected(exam, own, number))
    return effective_dose_ct_exam.added([(_as_event(exam.events[place]), doses[place]) for place in own])


def _of_displayed(one: Estimated) -> Estimated:
    return replace(one, assumptions=(*one.assumptions, _DISPLAYED)) if isinstance(one, Estimate) else one


def _corrected(exam: ExamToEstimate, own: Sequence[int], number: int) -> tuple[Estimated, ...]:
    """Totals over the planes of a part, by the calibration of each tube."""
    if not exam.calibrations:
        return ()
    events = [event for place in own if isinstance(event := exam.events[place].event, ProjectionEvent)]
    totals = _of_one_plane(events, exam.parts[number]) or exposure_totals.displayed_by_plane(events, ())
    found = (exposure_totals.corrected_total(totals, exam.calibrations, quantity) for quantity in CALIBRATED)
    return tuple(one for one in found if one is not None)


def _of_one_plane(events: Sequence[ProjectionEvent], part: PartOfExam) -> tuple[PlaneTotal, ...]:
    """The part's totals where all of its events are of one plane; of several only the events tell what each had."""
    planes = {plane_of(event.plane) for event in events}
    if len(planes) != 1:
        return ()
    plane = planes.pop()
    return tuple(PlaneTotal(plane, quantity, getattr(part, quantity), "stated") for quantity in CALIBRATED)


def _corrected_of_whole(parts: Sequence[tuple[Estimated, ...]]) -> tuple[Estimated, ...]:
    """Corrected totals of the exam, where exactly one of its parts has them."""
    of_parts = [tuple(one for one in found if one.quantity in CALIBRATED) for found in parts]
    known = [found for found in of_parts if found]
    return known[0] if len(known) == 1 else ()


def _as_event(one: EventOfExam) -> ExamEvent:
    return ExamEvent(0, one.role, ct=one.event if isinstance(one.event, CtEvent) else None)
