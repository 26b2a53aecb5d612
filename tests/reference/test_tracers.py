"""Tracers: data that follows its schema, and names that lead to one tracer of a nuclide."""

import json
from collections import Counter
from pathlib import Path

import jsonschema
import yaml

from doseloop.reference.coefficients import coefficient_sets
from doseloop.reference.tracers import is_for_therapy, nuclides_named, of_name, state_words, tracers

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"
FILE = yaml.safe_load((DATA / "tracers.yaml").read_text("utf-8"))


def test_the_data_follows_its_schema() -> None:
    jsonschema.validate(FILE, json.loads((DATA / "tracers.schema.json").read_text("utf-8")))


def test_a_name_and_a_code_lead_to_one_tracer_of_a_nuclide() -> None:
    names = Counter((one.nuclide, name) for one in tracers() for name in one.names)
    codes = Counter(code for one in tracers() for code in one.codes)
    ids = Counter(one.id for one in tracers())
    assert [key for counted in (names, codes, ids) for key, count in counted.items() if count > 1] == []


def test_every_row_of_a_tracer_stands_in_a_set_and_every_row_of_a_set_has_a_tracer() -> None:
    known = {str(row[0]) for id_, one in coefficient_sets().items() if id_.startswith("nm-") for row in one.rows}
    assert known == {row.row for one in tracers() for row in one.rows}


def test_a_row_is_of_the_nuclide_of_its_tracer() -> None:
    for one in tracers():
        short = one.nuclide.replace("-", "").casefold()
        assert all(row.row.startswith(f"{short}-") for row in one.rows), one.id


def test_states_in_which_a_coefficient_does_not_hold_have_words() -> None:
    assert all(state_words(state) for one in tracers() for state in one.not_in)
    assert state_words("109091") == ""


def test_a_nuclide_in_a_name_is_told() -> None:
    assert nuclides_named("Lutetium^177^ DOTATATE") == {"Lu-177"}
    assert nuclides_named("[18F]FDG") == {"F-18"}
    assert nuclides_named("PSMA-1007") == frozenset()


def test_a_name_is_taken_whole() -> None:
    assert [one.id for one in of_name("Technetium Tc^99m^Tetrofosmin")] == ["tc99m-tetrofosmin"]
    assert of_name("tetrofosmin test") == ()
    assert of_name("") == ()
    assert of_name("Tc-99m") == ()


def test_nuclides_of_therapy_are_told_from_others() -> None:
    assert is_for_therapy("Lu-177")
    assert not is_for_therapy("F-18")
