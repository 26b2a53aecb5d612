"""The most, and the least, that a value of each record can be: `data/physical_bounds.yaml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from doseloop.reference.data_yaml import parsed


@cache
def bounds_of(record: str) -> Mapping[str, float]:
    """Fields of a record (`ct_event`, `plane_totals`, ...) and the most that each can be, in the unit of its name. Errors:
    `KeyError` for a record without an entry."""
    return _bounds(record, "most")


@cache
def least_of(record: str) -> Mapping[str, float]:
    """As `bounds_of`, the least that each can be; fields without a least are not in it."""
    return _bounds(record, "least")


def _bounds(record: str, end: str) -> Mapping[str, float]:
    text = (files("doseloop.reference") / "data" / "physical_bounds.yaml").read_text("utf-8")
    entries = {one["of"]: one["bounds"] for one in parsed(text)}
    return MappingProxyType({bound["field"]: float(bound[end]) for bound in entries[record] if end in bound})
