"""Conversion coefficients: `data/coefficients/*.yaml`, one set a file, each with a source and how it was verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from doseloop.reference.data_yaml import parsed

Key = str | float


@dataclass(frozen=True, slots=True)
class CoefficientSet:
    """One published table."""

    id: str
    version: int
    """Counts up with every change of a number; `tests/reference/coefficients.lock` holds it to that."""
    quantity: str
    """What the product of coefficient and input is: a key of `model.quantities`."""
    unit: str
    title: str
    url: str
    place: str
    """Table or equation of the source."""
    verification: str
    """How the numbers were seen: primary, primary_quoted, secondary_multiple, secondary."""
    is_verified: bool
    """Whether the numbers were compared with the source itself, or with two that agree."""
    facts: Mapping[str, Any]
    """What holds for the whole set: tissue weights, phantom, and the like."""
    keys: tuple[str, ...]
    """Names of the columns that a value is found by."""
    rows: Mapping[tuple[Key, ...], float]
    """Values by their keys, in the order of `keys`."""


@cache
def coefficient_sets() -> Mapping[str, CoefficientSet]:
    """Every set by id."""
    folder = files("doseloop.reference") / "data" / "coefficients"
    found = (_set(parsed(file.read_text("utf-8"))) for file in folder.iterdir() if file.name.endswith(".yaml"))
    return MappingProxyType({one.id: one for one in sorted(found, key=lambda one: one.id)})


def coefficient_set(id_: str) -> CoefficientSet:
    """The set of this id. Errors: `KeyError`."""
    return coefficient_sets()[id_]


def _set(told: Mapping[str, Any]) -> CoefficientSet:
    keys = tuple(told["keys"])
    plain = {
        name: told[name] for name in ("id", "version", "quantity", "unit", "title", "url", "place", "verification")
    }
    return CoefficientSet(
        **plain,
        is_verified=told["verified"],
        facts=MappingProxyType(told.get("facts", {})),
        keys=keys,
        rows=MappingProxyType({tuple(row[key] for key in keys): float(row["value"]) for row in told["rows"]}),
    )
