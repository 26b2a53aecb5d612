"""Coefficients: data that follows its schema, and a new version for every number that changes.

`python -m tests.reference.test_coefficients` writes the lock anew once the version of a changed set was counted up.
"""

import hashlib
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from doseloop.model.quantities import QUANTITIES
from doseloop.reference.coefficients import CoefficientSet, coefficient_sets

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"
FILES = sorted((DATA / "coefficients").glob("*.yaml"))
LOCK = Path(__file__).parent / "coefficients.lock"


def lines() -> list[str]:
    return [f"{one.id} {one.version} {_digest(one)}" for one in coefficient_sets().values()]


def _digest(one: CoefficientSet) -> str:
    rows = sorted((repr(key), value) for key, value in one.rows.items())
    told = [
        one.quantity,
        one.unit,
        one.is_verified,
        sorted(one.facts.items(), key=lambda fact: fact[0]),
        one.keys,
        rows,
    ]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()[:16]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_set_follows_its_schema_and_is_named_as_its_file(file: Path) -> None:
    told = yaml.safe_load(file.read_text("utf-8"))
    jsonschema.validate(told, json.loads((DATA / "coefficients.schema.json").read_text("utf-8")))
    assert told["id"] == file.stem
    assert told["quantity"] in QUANTITIES
    assert all(set(row) == {*told["keys"], "value"} for row in told["rows"])
    assert len({tuple(row[key] for key in told["keys"]) for row in told["rows"]}) == len(told["rows"])


def test_a_number_that_changes_makes_a_new_version() -> None:
    assert LOCK.read_text("utf-8").splitlines() == lines()


if __name__ == "__main__":
    LOCK.write_text("".join(f"{line}\n" for line in lines()), "utf-8")
