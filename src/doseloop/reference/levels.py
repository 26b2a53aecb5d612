"""The reference levels that come with Doseloop, typed.

Schema of the data: `data/levels.schema.json`. Method behind the numbers: ICRP Publication 135 (a level is the 75th
percentile of the medians of facilities, for comparison with the median of a group).
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from doseloop.model.patient_group import PatientGroup
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.data_yaml import parsed


@cache
def level_sets() -> tuple[LevelSet, ...]:
    """All sets in the package, by id."""
    folder = files("doseloop.reference") / "data" / "levels"
    texts = [one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".yaml")]
    return tuple(sorted((parsed_set(text) for text in texts), key=lambda one: one.id))


def parsed_set(text: str) -> LevelSet:
    """A set from YAML that follows the schema; `KeyError` or `TypeError` where it does not."""
    data: dict[str, Any] = parsed(text)
    rows = data.pop("rows")
    levels = tuple(_level(row, data["id"], data["statistic"]) for row in rows)
    return LevelSet(**data, levels=levels)


def levels_for(
    procedure: str, quantity: str, sets: Iterable[LevelSet] | None = None, age_years: float | None = None
) -> tuple[ReferenceLevel, ...]:
    """All levels of a procedure and quantity, of every indication and technique, in the order of the sets.

    With an age in years only those whose group holds it. Which indication is meant is for the site to choose: several
    rows of one set are never merged here.
    """
    found = (one for each in (level_sets() if sets is None else sets) for one in each.levels)
    return tuple(
        one
        for one in found
        if one.procedure == procedure
        and one.quantity == quantity
        and (age_years is None or one.group.holds_age(age_years))
    )


def level_set_of(level: ReferenceLevel, sets: Iterable[LevelSet] | None = None) -> LevelSet | None:
    """The set that a level belongs to, to show its source beside the value."""
    return next((one for one in (level_sets() if sets is None else sets) if one.id == level.set_id), None)


def _level(row: dict[str, Any], set_id: str, statistic: str) -> ReferenceLevel:
    fields = {**row, "value": float(row["value"]), "group": PatientGroup(**row["group"])}
    return ReferenceLevel(set_id=set_id, statistic=statistic, **fields)
