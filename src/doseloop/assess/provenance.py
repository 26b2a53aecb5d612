"""Where one number of an exam came from: its item in the standard, what was recorded, and what had to be done to read it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from doseloop.assess.completeness import unit_as_written
from doseloop.model.dose_item import DoseItem
from doseloop.model.dose_object import IMAGE_KINDS
from doseloop.model.precedence import order, rank
from doseloop.model.reading import Reading, Remark

_TAG: Final = re.compile(r"\([0-9a-f]{4},[0-9a-f]{4}\)")
_SUMS: Final = frozenset(("exposure_mas",))
_PRECEDENCE: Final = {"ct": "event", "projection": "event", "tracer": "administration"}
"""The row of the table of precedence for a kind of event; an MR series has one source alone."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What had to be done to read a number, and by which rule."""

    rule: str
    said: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The item that a number was read from."""

    code: str
    """The code of its concept name or its tag; empty where the standard has none for it."""
    name: str
    """Its name in the standard, else what is known of it."""
    source: str
    """What kind of place it is: `content item`, `header`, `maker's element`."""
    repairs: tuple[Repair, ...]


def origin(field: str, reading: Reading[Any], items: Iterable[DoseItem], remarks: Iterable[Remark]) -> Origin:
    """Where a field's reading stood, by the items of its object's kind and what was noticed in that object."""
    own = list(remarks)
    by_rule = [one for one in own if one.kind == "repaired" and one.field == field and one.place == reading.place]
    tags = _TAG.findall(reading.place)
    item = None if by_rule else _item(field, tags[-1] if tags else "", items)
    code = item.code if item else (tags[-1] if tags else "")
    return Origin(
        code, item.name if item else _unnamed(code), _source(code), tuple(_repairs(field, reading, item, own, by_rule))
    )


def is_lower(event_kind: str, object_kind: str) -> bool:
    """Whether the object is not the source that holds first for an event of that kind."""
    row = _PRECEDENCE.get(event_kind)
    if row is None:
        return False
    of_image = object_kind if object_kind in order(row) else "image"
    return rank(row, of_image if object_kind in IMAGE_KINDS else "report") > 0


def _item(field: str, tag: str, items: Iterable[DoseItem]) -> DoseItem | None:
    fitting = [
        one for one in items if (one.code == tag if tag else one.field.split(".")[-1] == field and one.code[0] != "(")
    ]
    return fitting[0] if fitting else None


def _unnamed(code: str) -> str:
    if not code:
        return "The maker’s own item"
    return "Private element" if int(code[1:5], 16) % 2 else "Element of the header"


def _source(code: str) -> str:
    if not code.startswith("("):
        return "content item"
    return "maker's element" if int(code[1:5], 16) % 2 else "header"


def _repairs(
    field: str, reading: Reading[Any], item: DoseItem | None, remarks: list[Remark], by_rule: list[Remark]
) -> Iterable[Repair]:
    for remark in by_rule:
        yield Repair(remark.rule, "read from the maker’s own item, since the standard item is absent")
    if any(one.kind == "code" and one.rule and one.place == reading.place for one in remarks):
        yield Repair("concept-by-meaning", "the code of its name is not known; it was known by its meaning")
    unit = unit_as_written(reading.recorded) if item and item.units and isinstance(reading.value, float) else None
    if item and unit is not None and unit not in item.units:
        yield Repair(
            "unit", f"written in {unit or 'no unit'} where the template has {' or '.join(item.units)}; converted"
        )
    count = reading.recorded.count("\\") + 1
    if count > 1 and isinstance(reading.value, float):
        how = "sum" if field in _SUMS else "mean"
        yield Repair("several-values", f"the {how} of {count} values")
