"""An exam as the methods of dosimetry see it: what they need beside its record, and what they make of it."""

from collections.abc import Mapping, Sequence

from doseloop.dosimetry.of_exam import EventOfExam, ExamToEstimate, PartOfExam, estimates
from doseloop.harmonise.age_bands import age_at_exam
from doseloop.harmonise.radionuclides import product_name, radionuclide
from doseloop.harmonise.sizes import Size
from doseloop.harmonise.target_filter import target_filter
from doseloop.model.calibration import Calibration
from doseloop.model.ct_series import CtSeries
from doseloop.model.estimate import ExamEstimates
from doseloop.model.exam import ExamEvent, ExamRecord, Part
from doseloop.model.projection import ProjectionEvent
from doseloop.model.subject import Subject
from doseloop.model.tracer import Administration
from doseloop.store.images_of_events import with_images


def estimated(
    record: ExamRecord,
    sizes: Mapping[str, Size | None],
    series: Sequence[CtSeries],
    calibrations: tuple[Calibration, ...] = (),
) -> ExamEstimates:
    """What is computed of an exam with these series of axial images, and calibrations of its tubes that hold on its day."""
    parts = tuple(_part(part) for part in record.parts)
    listed = [(number, event) for number, part in enumerate(record.parts) for event in part.events]
    events = tuple(_event(event, part) for part, event in listed)
    events = with_images(events, series) if series else events
    return estimates(ExamToEstimate(_subject(record, sizes), parts, events, calibrations))


def _part(part: Part) -> PartOfExam:
    totals = {total.quantity: total.value for total in part.totals}
    procedure = part.procedure.procedure if part.procedure else None
    return PartOfExam(part.modality, procedure, part.is_estimate, totals.get("dap_gy_cm2"), totals.get("ka_r_mgy"))


def _subject(record: ExamRecord, sizes: Mapping[str, Size | None]) -> Subject:
    age = age_at_exam(record.patient)
    height, weight = sizes.get("height_m"), sizes.get("weight_kg")
    return Subject(
        age_years=age.years if age else None,
        sex=record.patient.sex,
        weight_kg=weight.value if weight else None,
        height_m=height.value if height else None,
    )


def _event(one: ExamEvent, part: int) -> EventOfExam:
    event = one.detail
    if isinstance(event, Administration):
        return EventOfExam(event, one.role, part, nuclide=_nuclide(event), product=_product(event))
    if isinstance(event, ProjectionEvent):
        return EventOfExam(event, one.role, part, target_filter=target_filter(event))
    return EventOfExam(event, one.role, part)


def _nuclide(event: Administration) -> str:
    return radionuclide(event.radionuclide.value) if event.radionuclide else ""


def _product(event: Administration) -> str:
    code, typed = event.product, event.product_name
    return product_name((code.value.meaning or code.value.value) if code else "") or (typed.value if typed else "")
