"""docs/simulation.md says what scenarios can say."""

import re
from pathlib import Path

import pytest

from doseloop.simulate.scenario import from_text, ready
from doseloop.simulate.scenario.file import schema

TEXT = (Path(__file__).parents[3] / "docs" / "simulation.md").read_text("utf-8")
PLACE = {"kind", "name", "scanner", "procedure", "from_day", "to_day"}
BRANCHES = {
    branch["properties"]["kind"]["const"]: set(branch["properties"]) - PLACE
    for part in ("faults", "changes")
    for branch in schema()["properties"][part]["items"]["oneOf"]
}


@pytest.mark.parametrize("kind", sorted(BRANCHES))
def test_every_kind_is_documented_with_its_values(kind: str) -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith(f"| `{kind}` |")]
    assert any(all(f"`{value}`" in row for value in BRANCHES[kind]) for row in rows)


@pytest.mark.parametrize("entry", sorted(schema()["properties"]))
def test_every_entry_is_documented(entry: str) -> None:
    assert any(f"`{entry}`" in line for line in TEXT.splitlines() if line.startswith("| `"))


def test_every_ready_scenario_is_documented_and_no_other() -> None:
    table = TEXT.split("## Ready scenarios")[1].split("## ")[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == set(ready())


def test_the_example_can_be_read() -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    scenario = from_text(example)
    assert (len(scenario.faults), len(scenario.changes)) == (1, 1)
