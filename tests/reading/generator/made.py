"""An object that was made, with what a reader must give back of it."""

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from doseloop.model.dose_object import DoseObject
from doseloop.model.reading import Code, Reading
from tests.reading.generator.writing import Elements, Form, file

_OF_ITSELF = frozenset(("kind", "modality", "template", "unmeasured", "missing", "quirks", "remarks"))
"""What a reader adds by itself; kind and missing are tested apart."""
_PLACES = frozenset(("place", "image", "nuclear_image"))
AGREES_WITHIN = 1e-6


@dataclass(frozen=True, slots=True)
class Made:
    """An object: its elements, how they are written, and what they tell by field."""

    elements: Elements
    how: Form
    told: dict[str, Any]

    @property
    def file(self) -> bytes:
        return file(self.elements, self.how)


def differences(made: Made, dose: DoseObject) -> list[str]:
    """What was put in and does not come out, and what comes out and was not put in."""
    found = {name: value for name, value in plain(dose).items() if name not in _OF_ITSELF}
    return list(_between("", {name: value for name, value in made.told.items() if value or value == 0}, found))


def plain(value: Any) -> Any:
    """A record as values by field: readings without their places, codes as triples, nothing that is not there."""
    if isinstance(value, Reading):
        return plain(value.value)
    if isinstance(value, Code):
        return value.value, value.scheme, value.meaning
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: plain(getattr(value, one.name)) for one in fields(value) if one.name not in _PLACES}
        return {name: one for name, one in told.items() if one is not None and one not in ([], "")}
    return value


def _between(at: str, want: Any, got: Any) -> Any:
    if isinstance(want, dict) and isinstance(got, dict):
        for name in want.keys() | got.keys():
            yield from _between(f"{at}.{name}", want.get(name), got.get(name))
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        for number, (one, other) in enumerate(zip(want, got, strict=True)):
            yield from _between(f"{at}[{number}]", one, other)
    elif isinstance(want, float | int) and isinstance(got, float | int):
        if not math.isclose(want, got, rel_tol=AGREES_WITHIN, abs_tol=1e-12):
            yield f"{at}: {want!r} was put in, {got!r} is read"
    elif want != got and not (want in ({}, None) and got in ({}, None)):
        yield f"{at}: {want!r} was put in, {got!r} is read"
