import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from doseloop.model.errors import SimulationError, UnusableInput
from doseloop.simulate.scenario import from_text, load, ready
from doseloop.simulate.scenario.file import MOST_BYTES, schema
from doseloop.simulate.scenario.shape import check
from tests.simulate.scenario.texts import HEAD

BASE = HEAD.format(days=30)


def with_fault(entry: str) -> str:
    return f"{BASE}faults:\n  - {{{entry}}}\n"


def test_ten_scenarios_are_ready_and_three_are_quiet() -> None:
    scenarios = [load(name) for name in ready()]
    assert len(scenarios) >= 10
    assert sum(one.quiet for one in scenarios) >= 3
    assert len({one.seed for one in scenarios}) == len(scenarios)


def test_ready_scenarios_plant_every_kind_of_fault_and_change() -> None:
    for part in ("faults", "changes"):
        kinds = {branch["properties"]["kind"]["const"] for branch in schema()["properties"][part]["items"]["oneOf"]}
        assert {entry.kind for name in ready() for entry in getattr(load(name), part)} == kinds


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


def test_a_scenario_says_when_its_entries_hold() -> None:
    (fault,) = from_text(with_fault("kind: step, scanner: CT1, from_day: 3, to_day: 5, factor: 2")).faults
    assert (fault.name, fault.first, fault.last) == ("step-1", date(2026, 3, 4), date(2026, 3, 6))


def test_what_the_file_does_not_say_has_a_value() -> None:
    scenario = from_text(BASE)
    assert (scenario.quiet, scenario.workload, scenario.weight_missing, scenario.changes) == (True, 1.0, None, ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the scenario is not of type object"),
        ("[1, 2]", "the scenario is not of type object"),
        ("title: [", "no YAML"),
        ("a: &a [1]\nb: *a", "alias"),
        ("a: " + "[" * 50 + "]" * 50, "nested more deeply"),
        ("a: " + "x" * MOST_BYTES, "larger than"),
        ("!!python/object/apply:os.system ['true']", "no YAML"),
        ("1: 2", "has a name that is no text"),
        ("title: x\nseed: 1\ndays: 3", "has no `start`"),
        (BASE + "colour: red", "unknown entry `colour`"),
        (BASE.replace("77", "yes"), "seed is not of type integer"),
        (BASE.replace("77", "-1"), "seed is less than 0"),
        (BASE.replace("30", "99999"), "days is more than 3660"),
        (BASE.replace("2026-03-02", "2026-02-31"), "no YAML: day is out of range"),
        (BASE.replace("2026-03-02", "'2026-02-31'"), "start 2026-02-31 is no day"),
        (BASE.replace("2026-03-02", "2026-03-02 10:00:00"), "start is not of type string"),
        (BASE + "late: .nan", "late is no finite number"),
        (BASE + "late: 1.5", "late is more than 1"),
        (BASE + "faults: {}", "faults is not of type array"),
        (BASE + "faults: [1]", "faults[1] is not of type object"),
        (with_fault("scanner: CT1"), "faults[1] has no `kind`"),
        (with_fault("kind: magic"), "faults[1].kind is none of drift, step"),
        (with_fault("kind: [step]"), "faults[1].kind is none of drift, step"),
        (with_fault("kind: step, scanner: CT1, from_day: 1"), "faults[1] has no `factor`"),
        (with_fault("kind: step, scanner: CT1, from_day: 1, factor: .inf"), "faults[1].factor is no finite number"),
        (with_fault("kind: step, scanner: CT1, from_day: 1, factor: 0"), "faults[1].factor is less than 0.01"),
        (with_fault("kind: step, scanner: CT1, from_day: 1, factor: 1"), "step-1 changes nothing"),
        (with_fault("kind: step, scanner: CT9, from_day: 1, factor: 2"), "the scanners at work are CT1"),
        (with_fault("kind: step, scanner: CT1, from_day: 40, factor: 2"), "lasts from day 40"),
        (with_fault("kind: step, scanner: CT1, from_day: 9, to_day: 8, factor: 2"), "lasts from day 9 to day 8"),
        (with_fault("kind: step, scanner: CT1, procedure: PCI, from_day: 1, factor: 2"), "the procedures there are"),
        (with_fault("kind: operator, operator: Nobody, from_day: 1, dose_factor: 2"), "the operators are T. Brandt"),
        (with_fault("kind: operator, operator: T. Brandt, from_day: 1"), "operator-1 changes nothing"),
        (with_fault("kind: wrong_unit, scanner: CT1, from_day: 1, factor: 10"), "a fault of XA alone"),
        (with_fault("kind: wrong_unit, scanner: Angio 1, from_day: 1, factor: 3"), "is none of 0.01, 0.1, 10, 100"),
        (with_fault("kind: repeats, scanner: Angio 1, from_day: 1, share: 0.5"), "a fault of CT alone"),
        (
            with_fault('kind: step, scanner: "CT1\\n", from_day: 1, factor: 2'),
            "faults[1].scanner holds a character that cannot be printed",
        ),
        (BASE + "changes: [{kind: new_scanner, scanner: CT1, like: CT2, from_day: 2}]", "a scanner 'CT1' already"),
        (BASE + "changes: [{kind: new_scanner, scanner: CT5, like: Mammo 1, from_day: 2}]", "no scanner 'Mammo 1'"),
        (BASE + "changes: [{kind: case_mix, scanner: CT1, from_day: 2, mix: {PCI: 1}}]", "no protocol for PCI"),
        (BASE + "changes: [{kind: case_mix, scanner: CT1, from_day: 2, mix: {CT Head: 0}}]", "all zero"),
        (
            BASE + "faults: [{kind: silent, name: a, scanner: CT1, from_day: 1, to_day: 2}]\n"
            "changes: [{kind: workload, name: a, scanner: CT1, from_day: 2, factor: 2}]",
            "two entries have the same name ('a')",
        ),
    ],
)
def test_what_cannot_be_played_is_named(text: str, said: str) -> None:
    with pytest.raises(SimulationError) as refused:
        from_text(text)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_file_that_is_not_there_leads_to_the_ready_ones(tmp_path: Path) -> None:
    for name in (str(tmp_path / "none.yaml"), str(tmp_path), "a\0b"):
        with pytest.raises(UnusableInput, match="quiet-year"):
            load(name)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("title: Größe".encode("latin-1"))
    with pytest.raises(UnusableInput, match="UTF-8"):
        load(str(file))


@given(st.text(max_size=300))
def test_any_text_is_a_scenario_or_refused(text: str) -> None:
    with pytest.raises(SimulationError):
        from_text(text)


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
NAMES = st.sampled_from(sorted(schema()["properties"]))


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.sampled_from(ready()))
def test_what_the_schema_refuses_is_refused_here_and_the_other_way_round(more: dict[str, Any], name: str) -> None:
    raw = yaml.load(BASE, Loader=yaml.BaseLoader) | {"seed": 1, "days": 30} | more
    try:
        check(raw, schema(), "")
        taken = True
    except SimulationError:
        taken = False
    finite = "inf" not in json.dumps(raw).lower() and "NaN" not in json.dumps(raw)
    printable = all(one.isprintable() for one in (raw["title"],) if isinstance(one, str))
    if finite and printable:
        assert taken == Draft202012Validator(schema()).is_valid(raw) or _whole_float(raw)


def _whole_float(raw: dict[str, Any]) -> bool:
    """JSON Schema takes 3.0 for an integer; here it is none."""
    return any(isinstance(raw.get(name), float) for name in ("seed", "days"))
