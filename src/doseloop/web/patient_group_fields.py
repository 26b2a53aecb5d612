"""A group of patients in an address: as one key, or as ages and weights that a person typed."""

import math
import re
from collections.abc import Mapping
from typing import Final

from doseloop.model.errors import UnusableInput
from doseloop.model.patient_group import ADULT_FROM_MONTHS, Category, PatientGroup

OWN: Final = "own"
"""Stands in the place of a key where ages and weights are typed."""
_AGES: Final = ("age_from", "age_below")
_WEIGHTS: Final = ("weight_from", "weight_below")
_SPAN: Final = r"([\d.]*)-([\d.]*)"
_KEY: Final = re.compile(f"(adult|child):{_SPAN}m:{_SPAN}kg:{_SPAN}mm", re.ASCII)
_MONTHS: Final = 12


def key_of(group: PatientGroup) -> str:
    """The group by category, months, kilograms and millimetres: `child:12-60m:-kg:-mm`."""
    bounds = (
        *(group.age_min_months, group.age_max_months), *(group.weight_min_kg, group.weight_max_kg),
        *(group.thickness_min_mm, group.thickness_max_mm),
    )  # fmt: skip
    return "{}:{}-{}m:{}-{}kg:{}-{}mm".format(group.category, *("" if one is None else f"{one:g}" for one in bounds))


def group_of(fields: Mapping[str, str]) -> PatientGroup:
    """The group that `group` names by its key, or the fields of one's own where it is `own`. Errors: `UnusableInput`."""
    if fields["group"] == OWN:
        return _own_group(fields)
    if any(fields.get(name) for name in (*_AGES, *_WEIGHTS)):
        raise UnusableInput(
            "Ages or weights are typed: choose “Ages and weights of your own” for them, or empty the fields."
        )
    return group_of_key(fields["group"])


def group_of_key(key: str) -> PatientGroup:
    """The group of a key. Errors: `UnusableInput`."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise UnusableInput("Choose a group of patients from the list.")
    return _checked(found[1], *(_number(text, "A bound of the group") for text in found.groups()[1:]))


def _own_group(fields: Mapping[str, str]) -> PatientGroup:
    category = fields.get("category", "")
    if category not in ("adult", "child"):
        raise UnusableInput("A group is of adults or of children.")
    first, below = (_number(fields.get(name, ""), "An age") for name in _AGES)
    weights = (_number(fields.get(name, ""), "A weight") for name in _WEIGHTS)
    return _checked(category, _months(first), _months(below), *weights, None, None)


def _months(years: float | None) -> float | None:
    return None if years is None else years * _MONTHS


def _checked(category: str, *bounds: float | None) -> PatientGroup:
    kind: Category = "adult" if category == "adult" else "child"
    age_min, age_max, weight_min, weight_max, thickness_min, thickness_max = bounds
    # Bounds that the category has anyway: two addresses of one group must name one group.
    if kind == "adult" and age_min == ADULT_FROM_MONTHS:
        age_min = None
    if kind == "child" and age_max == ADULT_FROM_MONTHS:
        age_max = None
    group = PatientGroup(kind, age_min, age_max, weight_min, weight_max, thickness_min, thickness_max)
    for name, span in (("ages", group.ages), ("weights", group.weights), ("thicknesses", group.thicknesses)):
        if span.low is not None and span.below is not None and span.low >= span.below:
            raise UnusableInput(f"The group holds nobody: its {name} end before they begin.")
    return group


def _number(text: str, what: str) -> float | None:
    """0 is no bound: nobody is younger or lighter."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < 10_000:
        raise UnusableInput(f"{what} is a number from 0 on with a point before decimals, not {text[:20]!r}.")
    return value or None
