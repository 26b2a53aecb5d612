"""Computed values of one exam with all that leads back to their source: the methods make them again from the record."""

from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.dosimetry.methods import edition
from doseloop.dosimetry.of_exam import estimates
from doseloop.model.estimate import ExamEstimates
from doseloop.store import estimate_columns, estimate_rows, visible
from doseloop.store.estimate_rows import Held


@dataclass(frozen=True, slots=True)
class Computed:
    """What was computed of an exam."""

    estimates: ExamEstimates
    """By the methods of today."""
    is_current: bool
    """Whether these are the values that the record holds; else other methods made those."""


def computed(scope: Scope, exam: int) -> Computed | None:
    """What was computed of the exam; None where the scope does not see it."""
    if not visible.exams(scope).filter(pk=exam).exists():
        return None
    held = estimate_rows.held([exam])[0]
    made = estimates(held.inputs)
    return Computed(made, held.edition == edition() and _is_held(held, made))


def _is_held(held: Held, made: ExamEstimates) -> bool:
    events = [estimate_columns.of_event(found) for found in made.events]
    whole = estimate_columns.of_total(made.whole)
    return [dict(one) for one in held.events.values()] == events and dict(held.whole) == whole
