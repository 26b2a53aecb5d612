"""Doses to the conceptus that others name: `data/conceptus_marks.yaml`."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from doseloop.reference.data_yaml import parsed


@dataclass(frozen=True, slots=True)
class ConceptusMark:
    """One of them. It decides nothing."""

    dose_mgy: float
    says: str
    """What is said of it, as a sentence or two."""
    who: str
    verification: str
    """How that was seen: primary, primary_quoted, secondary_multiple, secondary."""


@cache
def conceptus_marks() -> tuple[ConceptusMark, ...]:
    """All marks, the lowest first."""
    told = parsed((files("doseloop.reference") / "data" / "conceptus_marks.yaml").read_text("utf-8"))["marks"]
    marks = (ConceptusMark(float(one["dose_mgy"]), one["says"], one["who"], one["verification"]) for one in told)
    return tuple(sorted(marks, key=lambda one: one.dose_mgy))
