"""The most that a value of each record can be: `data/physical_bounds.yaml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from doseloop.reference.data_yaml import parsed


@cache
def bounds_of(record: str) -> Mapping[str, float]:
    """Fields of a record (`ct_event`, `plane_totals`, ...) and the most that each can be, in the unit of its name. Errors:
    `KeyError` for a record without an entry."""
    text = (files("doseloop.reference") / "data" / "physical_bounds.yaml").read_text("utf-8")
    entries = {one["of"]: {bound["field"]: float(bound["most"]) for bound in one["bounds"]} for one in parsed(text)}
    return MappingProxyType(entries[record])
