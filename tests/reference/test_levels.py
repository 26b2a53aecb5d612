"""Reference levels: every number has a source, a known procedure and a known quantity."""

import json
from importlib.resources import files

import jsonschema
import pytest
import yaml

from doseloop.model.quantities import QUANTITIES
from doseloop.reference.levels import level_set_of, level_sets, levels_for
from doseloop.reference.procedures import catalogue
from tests.shared import shared

DATA = files("doseloop.reference") / "data"
QUANTITY_KEYS = {"CTDIvol": "ctdi_vol_mgy", "DLP": "dlp_mgy_cm", "KAP": "dap_gy_cm2", "Ka,r": "ka_r_mgy"}
LEVELS = [level for one in level_sets() for level in one.levels]


def test_every_set_follows_the_schema() -> None:
    schema = json.loads((DATA / "levels.schema.json").read_text("utf-8"))
    checker = jsonschema.Draft202012Validator(schema)
    for one in (DATA / "levels").iterdir():
        assert not list(checker.iter_errors(yaml.safe_load(one.read_text("utf-8")))), one.name


def test_the_schema_refuses_a_phantom_without_its_basis() -> None:
    schema = json.loads((DATA / "levels.schema.json").read_text("utf-8"))
    data = yaml.safe_load((DATA / "levels" / "uk-ukhsa-ndrl-2024.yaml").read_text("utf-8"))
    data["rows"][0]["phantom_basis"] = None
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(data))


def test_ids_are_unique_and_every_level_leads_to_its_source() -> None:
    assert len({level.id for level in LEVELS}) == len(LEVELS)
    for level in LEVELS:
        source = level_set_of(level)
        assert source is not None
        assert source.url.startswith("https://") and source.authority and source.verification
        assert level.id.startswith(source.id)


def test_every_level_names_a_procedure_of_the_catalogue_or_none() -> None:
    for level in LEVELS:
        assert level.procedure is None or level.procedure in catalogue().procedures
        assert level.quantity in QUANTITIES
        if QUANTITIES[level.quantity].needs_phantom:
            assert (level.phantom_cm is None) == (level.phantom_basis is None)


def test_levels_of_one_set_that_name_the_same_thing_differ_in_something_that_is_shown() -> None:
    seen = [
        (one.set_id, one.procedure, one.indication, one.technique, one.group, one.quantity, one.scope)
        for one in LEVELS
        if one.procedure is not None
    ]
    assert len(set(seen)) == len(seen)


def test_every_level_equals_the_collected_reference_data() -> None:
    folder = shared("refdata/drl")
    for one in level_sets():
        collected = yaml.safe_load((folder / f"{one.id}.yaml").read_text("utf-8"))
        rows = {row["id"]: row for row in collected["rows"]}
        assert (one.url, one.verification, one.status) == tuple(
            collected["source"][name] for name in ("url", "verification", "status")
        )
        for level in one.levels:
            row = rows[level.id]
            assert level.value == row["value"] and level.quantity == QUANTITY_KEYS[row["quantity"]]
            assert level.phantom_cm == row["phantom_cm"] and level.indication == row["indication"]
            assert level.group.age_max_months == row["patient_group"]["age_max_months"]


def test_levels_of_a_procedure_keep_their_indications_apart() -> None:
    found = levels_for("ct-head", "ctdi_vol_mgy", age_years=40)
    assert {(one.set_id, one.indication, one.value) for one in found} == {
        ("uk-ukhsa-ndrl-2024", "acute stroke", 47.0),
        ("jp-jrime-2025", None, 67.0),
    }


@pytest.mark.parametrize(("age", "value"), [(0.5, 27.0), (1.0, 34.0), (4.9, 34.0), (5.0, 44.0), (14.9, 55.0)])
def test_children_get_the_level_of_their_age(age: float, value: float) -> None:
    assert [one.value for one in levels_for("ct-head", "ctdi_vol_mgy", age_years=age)] == [value]


def test_between_fifteen_and_eighteen_no_level_applies() -> None:
    assert levels_for("ct-head", "ctdi_vol_mgy", age_years=16) == ()


def test_a_set_that_was_not_read_in_the_original_says_so() -> None:
    assert {one.id: one.is_verified for one in level_sets()} == {"jp-jrime-2025": False, "uk-ukhsa-ndrl-2024": True}
