"""The scenarios that are run: `scenarios.yaml`, where `only` names the scanners that work and all others stand still."""

from pathlib import Path
from typing import Any

import yaml

from doseloop.simulate.department import standard_department
from doseloop.simulate.scenario import Scenario, from_text

_FILE = Path(__file__).with_name("scenarios.yaml")
START = "2025-01-06"


def names() -> tuple[str, ...]:
    """All, in the order of the file: those with faults, then the quiet ones."""
    return tuple(_all())


def scenario(name: str) -> Scenario:
    """One of them. Errors: `KeyError`, `SimulationError`."""
    raw = dict(_all()[name])
    working = set(raw.pop("only"))
    still = [one.name for one in standard_department().scanners if one.mix and one.name not in working]
    closed = [
        {"kind": "workload", "name": f"closed-{one}", "scanner": one, "from_day": 1, "factor": 0} for one in still
    ]
    changes = [*raw.pop("changes", []), *closed]
    return from_text(yaml.safe_dump({"title": name, "start": START, **raw, "changes": changes}))


def _all() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return loaded
