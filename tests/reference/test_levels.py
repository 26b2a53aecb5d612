"""Reference levels: every number has a source, a known procedure and a known quantity."""

import csv
import json
from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml

from doseloop.model.quantities import QUANTITIES, converted
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.levels import current_sets, level_sets
from doseloop.reference.procedures import catalogue
from tests.shared import shared

DATA = files("doseloop.reference") / "data"
QUANTITY_OF = {
    "CTDIvol": "ctdi_vol_mgy", "DLP": "dlp_mgy_cm", "KAP": "dap_gy_cm2", "Ka,r": "ka_r_mgy", "Ka,e": "ka_e_mgy",
    "Ka,i": "ka_i_mgy", "FT": "fluoro_time_s", "AGD": "agd_mgy", "activity": "activity_mbq",
    "activity_per_kg": "activity_per_kg_mbq_kg",
}  # fmt: skip
UNIT_OF = {
    "mGy": "mGy", "mGy.cm": "mGy·cm", "Gy.cm2": "Gy·cm²", "min": "min", "MBq": "MBq", "MBq/kg": "MBq/kg",
}  # fmt: skip
CATEGORY_OF = {"adult": "adult", "paediatric": "child", "phantom": "phantom"}
LEVELS = [level for one in level_sets() for level in one.levels]


def schema() -> dict[str, Any]:
    return dict(json.loads((DATA / "levels.schema.json").read_text("utf-8")))


def test_every_set_follows_the_schema() -> None:
    checker = jsonschema.Draft202012Validator(schema())
    for one in (DATA / "levels").iterdir():
        assert not list(checker.iter_errors(yaml.safe_load(one.read_text("utf-8")))), one.name


@pytest.mark.parametrize(
    "change",
    [
        {"phantom_basis": None},
        {"phantom_cm": 24},
        {"value": 0},
        {"procedure": None},
        {"quantity": "dose"},
        {"group": {"category": "cat"}},
        {"comment": "x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_schema_refuses_a_row_that_says_too_little_or_too_much(change: dict[str, Any]) -> None:
    data = yaml.safe_load((DATA / "levels" / "uk-ukhsa-ndrl-2024.yaml").read_text("utf-8"))
    checker = jsonschema.Draft202012Validator(schema())
    assert checker.is_valid(data)
    data["rows"][0].update(change)
    assert not checker.is_valid(data)


def test_ids_are_unique_and_every_level_leads_to_its_source() -> None:
    assert len({level.id for level in LEVELS}) == len(LEVELS)
    for source in level_sets():
        assert source.url.startswith("http") and source.authority and source.verification
        for level in source.levels:
            assert level.set_id == source.id and level.id.startswith(source.id)


def test_every_level_names_a_procedure_of_the_catalogue_or_says_why_not() -> None:
    for level in LEVELS:
        assert level.procedure in catalogue().procedures or (level.procedure is None and level.why_unmatched)
        assert level.quantity in QUANTITIES
        if QUANTITIES[level.quantity].needs_phantom:
            assert (level.phantom_cm is None) == (level.phantom_basis is None)
        else:
            assert level.phantom_cm is None


def test_levels_of_one_set_that_name_the_same_thing_differ_in_something_that_is_shown() -> None:
    seen = [
        (one.set_id, one.procedure, one.indication, one.technique, one.contrast, one.phases, one.views, one.group,
         one.quantity, one.scope, one.kind)
        for one in LEVELS
        if one.procedure is not None
    ]  # fmt: skip
    assert len(set(seen)) == len(seen)


def test_a_value_as_printed_is_the_value_in_our_unit() -> None:
    printed = [one for one in LEVELS if one.printed]
    assert {one.printed.unit for one in printed if one.printed} == {"cGy·cm²", "mGy·cm²", "min", "Gy"}
    for one in printed:
        assert one.printed is not None
        assert converted(one.quantity, one.value, one.printed.unit) == pytest.approx(one.printed.value, rel=1e-12)


def test_a_set_that_was_superseded_says_by_what_or_since_when() -> None:
    keys = {one.id for one in level_sets()}
    for one in level_sets():
        assert one.superseded_by is None or one.superseded_by in keys - {one.id}
        assert one.is_current or one.superseded_by or one.status_note


# What was collected, row by row.


def collected() -> Iterator[tuple[LevelSet, dict[str, Any], list[dict[str, Any]]]]:
    """Each set, and the source and rows that were collected for it."""
    for one in level_sets():
        data = yaml.safe_load((shared("refdata/drl") / f"{one.id}.yaml").read_text("utf-8"))
        yield one, data["source"], data["rows"]


def test_all_sets_and_rows_that_were_collected_are_here_in_their_order_and_no_others() -> None:
    assert {f"{one.id}.yaml" for one in level_sets()} == {one.name for one in shared("refdata/drl").glob("*.yaml")}
    for one, _, rows in collected():
        assert [level.id for level in one.levels] == [row["id"] for row in rows]
    with (shared("refdata/drl") / "all_rows.csv").open(encoding="utf-8") as flat:
        assert sorted(row["id"] for row in csv.DictReader(flat)) == sorted(level.id for level in LEVELS)


def test_every_set_says_of_itself_what_was_collected() -> None:
    for one, source, _ in collected():
        for name in ("country", "authority", "year", "title", "url", "seen_at", "verification"):
            assert getattr(one, name) == source[name], one.id
        words = [one.status, one.valid_to and one.valid_to.isoformat(), one.status_note]
        assert all(word in source["status"] for word in words if word), one.id
        assert source["status"].startswith(one.status)
        assert one.statistic in source["statistic"]


def test_every_number_is_the_one_that_was_collected() -> None:
    for one, _, rows in collected():
        for level, row in zip(one.levels, rows, strict=True):
            assert level.quantity == QUANTITY_OF[row["quantity"]], level.id
            assert in_unit(level, UNIT_OF[row["unit"]]) == pytest.approx(row["value"], rel=1e-15), level.id
            if level.quantity != "fluoro_time_s":
                assert level.value == row["value"], level.id


def test_every_level_is_for_what_was_collected() -> None:
    for one, _, rows in collected():
        for level, row in zip(one.levels, rows, strict=True):
            for name in (
                "modality",
                "indication",
                "statistic",
                "kind",
                "phantom_cm",
                "phantom_basis",
                "scope",
                "notes",
            ):
                assert getattr(level, name) == row[name], (level.id, name)
            assert level.as_written == row["procedure"]
            group = dict(row["patient_group"])
            assert level.group.category == CATEGORY_OF[group.pop("category")], level.id
            for name, value in group.items():
                assert getattr(level.group, name) == value, (level.id, name)
            assert level.verification == one.verification


def in_unit(level: ReferenceLevel, label: str) -> float:
    unit = next(unit for unit in QUANTITIES[level.quantity].units if unit.label == label)
    return float(Fraction(level.value) * unit.per_own)


# What is in force.


def test_only_sets_in_force_are_compared_with_where_nobody_has_chosen() -> None:
    assert {one.id for one in level_sets()} - {one.id for one in current_sets()} == {
        "au-arpansa-2018", "eu-sentinel-2008", "ie-foley-2012", "int-bos-2022", "ug-mammo-2023",
    }  # fmt: skip


def test_achievable_values_and_quartiles_are_no_levels() -> None:
    assert {one.kind for one in LEVELS if not one.is_level} == {"achievable", "p25"}


def test_no_adult_is_in_a_child_s_group_that_has_no_upper_age() -> None:
    open_above = [one for one in LEVELS if one.group.category == "child" and one.group.age_max_months is None]
    assert open_above
    assert not any(one.group.holds_age(18) for one in open_above)


def test_a_set_that_was_not_read_in_the_original_says_so() -> None:
    assert {one.id for one in level_sets() if one.is_verified} == {
        "uk-ukhsa-ndrl-2024", "de-bfs-2022", "fr-asn-2019-0667", "au-arpansa-igip-2020",
    }  # fmt: skip
