"""The reference levels that come with Doseloop, typed.

Schema of the data: `data/levels.schema.json`. Method behind the numbers: ICRP Publication 135 (a level is the 75th
percentile of the medians of facilities, for comparison with the median of a group).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from doseloop.model.patient_group import PatientGroup
from doseloop.model.reference_level import LevelSet, Printed, ReferenceLevel
from doseloop.reference.data_yaml import parsed


@cache
def level_sets() -> tuple[LevelSet, ...]:
    """All sets in the package, by id."""
    folder = files("doseloop.reference") / "data" / "levels"
    texts = [one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".yaml")]
    return tuple(sorted((level_set(parsed(text)) for text in texts), key=lambda one: one.id))


def level_set(data: Mapping[str, Any]) -> LevelSet:
    """A set from plain values that follow the schema; `KeyError` or `TypeError` where they do not."""
    head = {name: value for name, value in data.items() if name != "rows"}
    days: dict[str, Any] = {name: date.fromisoformat(head[name]) for name in ("valid_from", "valid_to") if name in head}
    defaults: dict[str, Any] = {
        "set_id": data["id"],
        "statistic": data["statistic"],
        "verification": data["verification"],
    }
    return LevelSet(**(head | days), levels=tuple(_level(row, defaults) for row in data["rows"]))


def levels_for(
    procedure: str, quantity: str, sets: Iterable[LevelSet] | None = None, age_years: float | None = None
) -> tuple[ReferenceLevel, ...]:
    """All levels of a procedure and quantity, of every indication and technique, in the order of the sets.

    With an age in years only those whose group holds it; no achievable values, and none that never matches by itself.
    Without sets those that are current. Which indication is meant is for the site to choose: several rows of one set are
    never merged here.
    """
    found = (one for each in (current_sets() if sets is None else sets) for one in each.levels)
    return tuple(
        one
        for one in found
        if one.procedure == procedure
        and one.quantity == quantity
        and one.is_level
        and one.why_unmatched is None
        and (age_years is None or one.group.holds_age(age_years))
    )


def current_sets() -> tuple[LevelSet, ...]:
    """The sets in the package that are in force in their country: neither superseded nor historic, and no single study."""
    return tuple(one for one in level_sets() if one.status == "current")


def level_set_of(level: ReferenceLevel, sets: Iterable[LevelSet] | None = None) -> LevelSet | None:
    """The set that a level belongs to, to show its source beside the value."""
    return next((one for one in (level_sets() if sets is None else sets) if one.id == level.set_id), None)


def _level(row: Mapping[str, Any], defaults: Mapping[str, Any]) -> ReferenceLevel:
    fields = {**defaults, **row, "value": float(row["value"]), "group": PatientGroup(**row["group"])}
    fields["views"] = tuple(row.get("views", ()))
    fields["printed"] = Printed(**row["printed"]) if "printed" in row else None
    return ReferenceLevel(**fields)
