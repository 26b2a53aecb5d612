"""Computed values of one exam with all that leads back to their source: the methods make them again from the record."""

from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.dosimetry.methods import edition
from doseloop.dosimetry.of_exam import estimates
from doseloop.model.calibration import Calibration
from doseloop.model.estimate import ExamEstimates
from doseloop.store import estimate_rows, visible
from doseloop.store.held_exam import columns_of, is_held, to_estimate


@dataclass(frozen=True, slots=True)
class Computed:
    """What was computed of an exam."""

    estimates: ExamEstimates
    """By the methods of today."""
    is_current: bool
    """Whether these are the values that the record holds; else other methods made those."""
    calibrations: tuple[Calibration, ...] = ()
    """Of the tubes, in force on the exam's day."""


def computed(scope: Scope, exam: int) -> Computed | None:
    """What was computed of the exam; None where the scope does not see it."""
    if not visible.exams(scope).filter(pk=exam).exists():
        return None
    held = estimate_rows.held([exam])[0]
    made = estimates(to_estimate(held))
    return Computed(
        made, held.exam["methods_edition"] == edition() and is_held(held, columns_of(made)), held.calibrations
    )
