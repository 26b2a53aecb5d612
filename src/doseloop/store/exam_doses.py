"""An exam's part and its past as the rules about a single exam see them."""

from collections.abc import Sequence
from operator import attrgetter

from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.harmonise.age_bands import AGE_BANDS
from doseloop.store.history import PartFacts, PastPart

_BAND_NAMES = {band.key: band.name for band in AGE_BANDS}


def exam_dose(part: PartFacts, quantity: str) -> ExamDose | None:
    """A quantity of a part; None where it has none."""
    value = part.doses.get(quantity)
    if value is None:
        return None
    return ExamDose(
        subject=f"exam {part.exam} {part.modality}",
        quantity=quantity,
        value=value,
        procedure=part.procedure_name,
        age_band=_BAND_NAMES.get(part.age_band, "patients of unknown age"),
        weight_kg=part.weight_kg,
        phantom_cm=part.phantom_cm,
        provisional=not part.settled,
        scanner=part.scanner,
        events=part.events,
    )


def past_exams(parts: Sequence[PastPart], quantity: str) -> list[PastExam]:
    """The quantity of those that have it, in their order."""
    value_of = attrgetter(quantity)
    return [
        PastExam(value, one.weight_kg, one.phantom_cm, one.scanner, one.is_flagged != 0, one.events)
        for one in parts
        if (value := value_of(one)) is not None
    ]
