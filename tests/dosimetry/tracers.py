"""Administrations as the tests of tracers need them."""

from typing import TypeVar

from doseloop.model.reading import Code, Reading
from doseloop.model.subject import Subject
from doseloop.model.tracer import Administration

T = TypeVar("T")

ADULT = Subject(age_years=63.0, weight_kg=80.0)
FDG = Code("35321007", "SCT", "Fluorodeoxyglucose F^18^")
INTRAVENOUS = Code("47625008", "SCT", "Intravenous route")


def given(
    activity_mbq: float | None = 370.0, name: str = "", code: Code | None = None, route: Code | None = INTRAVENOUS
) -> Administration:
    """One administration into a vein."""
    return Administration(
        activity_mbq=_read(activity_mbq) if activity_mbq is not None else None,
        product_name=_read(name) if name else None,
        product=_read(code) if code else None,
        route=_read(route) if route else None,
    )


def _read(value: T) -> Reading[T]:
    return Reading(value, "", "")
