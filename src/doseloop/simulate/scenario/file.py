"""Reads a scenario out of YAML: its shape by the schema, then whether the department has what it names."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from doseloop.model.errors import SimulationError, UnusableInput
from doseloop.reference.data_yaml import parsed
from doseloop.simulate.scenario.entries import Entry, Scenario
from doseloop.simulate.scenario.places import check_places
from doseloop.simulate.scenario.shape import check

MOST_BYTES = 100_000
_DEEPEST = 6
_DATA = files("doseloop.simulate") / "data"
_READY = _DATA / "scenarios"
_PLACE = {"kind", "name", "scanner", "procedure", "from_day", "to_day"}
_SILENT: Mapping[str, Mapping[str, Any]] = {
    "protocol_copy": {"factor": 1.0, "fixed_current": False, "suffix": ""},
    "operator": {"dose_factor": 1.0, "length_factor": 1.0},
    "adult_protocol": {"below_age": 15, "share": 1.0},
    "single": {"ordinal": 1},
    "repeats": {"times": 1},
    "new_scanner": {"output": 1.0},
    "obesity_clinic": {"share": 0.6, "weight_factor": 1.45},
}
"""What an entry takes where the file is silent."""


def ready() -> tuple[str, ...]:
    """Names of the scenarios that come with the program."""
    return tuple(sorted(one.name.removesuffix(".yaml") for one in _READY.iterdir() if one.name.endswith(".yaml")))


def load(name: str) -> Scenario:
    """The scenario of a file, or a ready one by its name. Errors: `UnusableInput` where it cannot be read, `SimulationError`."""
    if name in ready():
        return from_text((_READY / f"{name}.yaml").read_text("utf-8"))
    try:
        with Path(name).open("rb") as stream:
            return from_text(stream.read(MOST_BYTES + 1).decode("utf-8"))
    except UnicodeDecodeError:
        raise UnusableInput(f"{name} is not UTF-8.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file has such a name"
        raise UnusableInput(f"{name} cannot be read ({reason}); ready ones are {', '.join(ready())}.") from None


def from_text(text: str) -> Scenario:
    """The scenario that a YAML text says. Errors: `SimulationError`, naming the entry."""
    raw = _loaded(text)
    if isinstance(raw, dict) and type(raw.get("start")) is date:
        raw["start"] = raw["start"].isoformat()
    check(raw, schema(), "")
    scenario = _scenario(raw)
    check_places(scenario)
    return scenario


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of scenarios."""
    loaded: dict[str, Any] = json.loads((_DATA / "scenario.schema.json").read_text("utf-8"))
    return loaded


def _loaded(text: str) -> Any:
    """The values of a YAML text; one that refers to itself or is nested deeply is refused before it is built."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise SimulationError(f"the scenario is larger than {MOST_BYTES} bytes")
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise SimulationError("the scenario uses an alias (`*name`); write the values out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise SimulationError("the scenario is nested more deeply than any is")
        return parsed(text)
    except (yaml.YAMLError, ValueError) as error:
        raise SimulationError(f"the scenario is no YAML: {' '.join(str(error).split())[:200]}") from None


def _scenario(raw: Mapping[str, Any]) -> Scenario:
    try:
        start = date.fromisoformat(raw["start"])
        start + timedelta(days=raw["days"] + 30)
    except (ValueError, OverflowError):
        raise SimulationError(f"start {raw['start']} is no day that a scenario can begin on") from None
    return Scenario(
        title=raw["title"],
        description=raw.get("description", ""),
        seed=raw["seed"],
        start=start,
        days=raw["days"],
        workload=raw.get("workload", 1.0),
        autocorrelation=raw.get("autocorrelation", 0.3),
        resent=raw.get("resent", 0.02),
        late=raw.get("late", 0.01),
        weight_missing=raw.get("weight_missing"),
        faults=_entries(raw, "faults", start),
        changes=_entries(raw, "changes", start),
    )


def _entries(raw: Mapping[str, Any], part: str, start: date) -> tuple[Entry, ...]:
    return tuple(_entry(one, number, start, raw["days"]) for number, one in enumerate(raw.get(part, []), 1))


def _entry(raw: Mapping[str, Any], number: int, start: date, days: int) -> Entry:
    first, last, name = raw.get("from_day", 1), raw.get("to_day", days), raw.get("name", f"{raw['kind']}-{number}")
    if not first <= last <= days:
        raise SimulationError(f"{name} lasts from day {first} to day {last}, the scenario from day 1 to day {days}")
    own = {key: value for key, value in raw.items() if key not in _PLACE}
    return Entry(
        name=name,
        kind=raw["kind"],
        first=start + timedelta(days=first - 1),
        last=start + timedelta(days=last - 1),
        scanner=raw.get("scanner"),
        procedure=raw.get("procedure"),
        size=dict(_SILENT.get(raw["kind"], {})) | own,
    )
