"""What a study's objects say in their headers, the best object first and gaps filled from the others."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, TypeVar

from doseloop.model.dose_object import Equipment, PatientAtStudy, StudyHeader

R = TypeVar("R", StudyHeader, PatientAtStudy, Equipment)


def filled(best: R, ranked: Iterable[R]) -> R:
    """The best object's header, with what it lacks taken from the next that has it."""
    for other in ranked:
        best = _with_gaps_from(best, other)
    return best


def filled_equipment(best: Equipment, ranked: Iterable[Equipment]) -> Equipment:
    """As `filled`, from objects of the same device alone: a scanner mixed from two is neither."""
    for other in ranked:
        if may_be_one_device(best, other):
            best = _with_gaps_from(best, other)
    return best


def _with_gaps_from(best: R, other: R) -> R:
    missing = [field.name for field in fields(best) if getattr(best, field.name) is None]
    found: dict[str, Any] = {name: getattr(other, name) for name in missing if getattr(other, name) is not None}
    return replace(best, **found) if found else best


def may_be_one_device(one: Equipment, other: Equipment) -> bool:
    pairs = (
        (one.manufacturer, other.manufacturer),
        (one.model, other.model),
        (one.serial_number, other.serial_number),
    )
    return all(not mine or not theirs or _same(mine, theirs) for mine, theirs in pairs)


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
