"""The reference levels that come with Doseloop, typed.

Schema of the data: `data/levels.schema.json`. Method behind the numbers: ICRP Publication 135 (a level is the 75th
percentile of the medians of facilities, for comparison with the median of a group).
"""

from collections.abc import Mapping
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


def current_sets() -> tuple[LevelSet, ...]:
    """The sets in the package that are in force in their country: neither superseded nor historic, and no single study."""
    return tuple(one for one in level_sets() if one.status == "current")


def _level(row: Mapping[str, Any], defaults: Mapping[str, Any]) -> ReferenceLevel:
    fields = {**defaults, **row, "value": float(row["value"]), "group": PatientGroup(**row["group"])}
    fields["views"] = tuple(row.get("views", ()))
    fields["printed"] = Printed(**row["printed"]) if "printed" in row else None
    return ReferenceLevel(**fields)
