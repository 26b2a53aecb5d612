"""Rule packs: every rule has a source, what is wrong is refused with its place, and a site's own go through the same reader."""

import json
from collections.abc import Mapping
from fractions import Fraction
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import QUANTITIES, unit_of
from doseloop.model.rule_pack import MEASURES
from doseloop.reference.own_rule_pack import COLUMNS, MOST_BYTES, OwnPack, from_csv, from_yaml
from doseloop.reference.rule_packs import quantity_name, rule_pack, rule_packs
from tests.shared import shared

DATA = files("doseloop.reference") / "data"
SCHEMA = json.loads((DATA / "rule_packs.schema.json").read_text("utf-8"))
CHECKER = jsonschema.Draft202012Validator(SCHEMA)
PACKED = {one.name: yaml.safe_load(one.read_text("utf-8")) for one in (DATA / "rule_packs").iterdir()}
RULES = {rule.id: (pack, rule) for pack in rule_packs() for rule in pack.rules}
NOT_OF_THRESHOLDS = {"uk-saue-fetal-2020", "uk-saue-ir-reaction-2020", "uk-saue-reaction-2023"}
"""Of `notes/requirements.md`, section 3.3, and the pages it names: two have no value."""
NOT_TAKEN = {"aapm-mppg12a-first", "aapm-mppg12a-step"}
QUANTITY_OF = {
    "CTDIvol": "ctdi_vol_mgy", "KAP": "dap_gy_cm2", "Ka,r": "ka_r_mgy", "FT": "fluoro_time_s", "PSD": "psd_mgy",
    "effective_dose": "effective_dose_msv", "ratio_to_intended": "ratio_to_intended", "fetal_dose": "fetal_dose_mgy",
    "effective_dose_excess": "excess_effective_dose_msv", "organ_dose_excess": "excess_organ_dose_msv",
    "ratio_to_local_DRL": "ratio_to_local_level", "mean_excess_over_DRL": "mean_to_level",
}  # fmt: skip
UNITS = {"Gy.cm2": "Gy·cm²", "min": "min", "Gy": "Gy", "mGy": "mGy", "mSv": "mSv"}
CSV = "id,about,title,quantity,operator,value,domains,action\nctdi,one exam,CTDIvol,ctdi_vol_mgy,>,60,CT,Ask the physicist."
TOLD = OwnPack("Local rules 2026", "Main Hospital", "A. Physicist", "meeting of May 2026")
OWN = """
country: GB
authority: Main Hospital
title: Local rules 2026
seen_at: meeting of May 2026
purpose: follow-up
valid_from: 2026-01-01
rules:
- {id: kap, about: one exam, title: KAP, domains: [fluoroscopy], quantity: dap_gy_cm2, operator: '>=', value: 300, action: Look.}
"""


def test_every_pack_follows_the_schema() -> None:
    for name, data in PACKED.items():
        assert not list(CHECKER.iter_errors(data)), name


def test_ids_are_unique_over_all_packs_and_every_rule_leads_to_its_source() -> None:
    assert sum(len(pack.rules) for pack in rule_packs()) == len(RULES)
    for pack, rule in RULES.values():
        assert pack.url_of(rule).startswith("https://") and (rule.seen_at or pack.seen_at)
        assert pack.valid_from is not None
        assert rule.quantity is None or quantity_name(rule.quantity)


def test_the_rules_are_those_of_the_collected_thresholds() -> None:
    collected = yaml.safe_load(shared("refdata/thresholds.yaml").read_text("utf-8"))["thresholds"]
    ours = {one["id"]: one for one in collected if one["id"].startswith(("srdl-", "aapm-", "de-strlschv", "uk-"))}
    assert set(RULES) - NOT_OF_THRESHOLDS == set(ours) - NOT_TAKEN
    for key, row in ours.items():
        if key in NOT_TAKEN:
            continue
        pack, rule = RULES[key]
        assert (rule.quantity, rule.operator) == (QUANTITY_OF[row["quantity"]], row["operator"]), key
        assert rule.value == _own(rule.quantity or "", float(row["value"]), row["unit"]), key
        assert pack.verification_of(rule) == row["verification"], key


def _own(quantity: str, value: float, unit: str) -> float:
    if unit == "%":
        return 1 + value / 100
    if quantity not in QUANTITIES:
        return value
    return float(Fraction(repr(value)) / unit_of(quantity, UNITS[unit]).per_own)


def test_what_a_source_prints_in_another_unit_is_the_same_value() -> None:
    for _, rule in RULES.values():
        if rule.printed and rule.quantity in QUANTITIES:
            per_own = unit_of(rule.quantity, rule.printed.unit).per_own
            assert float(Fraction(repr(rule.printed.value)) / per_own) == rule.value, rule.id


def test_only_rules_that_were_read_in_the_authority_s_text_hold_without_a_confirmation() -> None:
    held = {pack.key: len(list(pack.in_force(confirmed=False))) for pack in rule_packs()}
    assert held == {"de-strlschv-annex-14": 6, "uk-saue": 12, "us-aapm-mppg12a": 0, "us-ncrp-168": 0}
    assert [rule.id for pack in rule_packs() for rule in pack.unverified if pack.key == "uk-saue"] == ["uk-csaue-fetal"]
    for pack in rule_packs():
        assert list(pack.in_force(confirmed=True)) == list(pack.rules)


def changed(**given: Any) -> dict[str, Any]:
    data = json.loads(json.dumps(PACKED["de-strlschv-annex-14.yaml"]))
    rule = {name: value for name, value in given.items() if name.startswith("rule_")}
    data |= {name: value for name, value in given.items() if name not in rule}
    data["rules"][0] |= {name.removeprefix("rule_"): value for name, value in rule.items()}
    data["rules"][0] = {name: value for name, value in data["rules"][0].items() if value is not None}
    return dict(data)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rule_value": "120"}, "rule 1: Expected `float | null`, got `str` - at `$.value`"),
        ({"rule_value": -1}, "rule 1: `value` is no number"),
        ({"rule_value": 1e10}, "rule 1: `value` is no number"),
        ({"rule_operator": "≥"}, "rule 1: Invalid enum value '≥' - at `$.operator`"),
        ({"rule_operator": None}, "rule 1: `quantity`, `operator` and `value` stand together"),
        ({"rule_quantity": "dose"}, "rule 1: `quantity` of one exam is one of ctdi_vol_mgy"),
        ({"rule_about": "incident"}, "rule 1: `quantity` of an incident is one of"),
        ({"rule_about": "group of exams"}, "rule 1: of a group are needed"),
        ({"rule_id": "A b"}, "rule 1: `id` is not of"),
        ({"rule_comment": "x"}, "rule 1: there is no field 'comment'"),
        ({"rule_title": None}, "rule 1: Object missing required field `title`"),
        ({"rule_facts": ["magic"]}, "rule 1: Invalid enum value 'magic' - at `$.facts[0]`"),
        ({"rule_valid_from": "soon"}, "rule 1: Invalid RFC3339"),
        ({"comment": "x"}, "the pack: there is no field 'comment'"),
        ({"country": "Germany"}, "the pack: `country`"),
        ({"key": "x y"}, "the pack: `key`"),
        ({"url": "ftp://x"}, "an `url`"),
        ({"purpose": "fun"}, "the pack: Invalid enum value 'fun'"),
        ({"title": "x"}, "the pack: `title`"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_told_with_its_place_and_the_schema_refuses_it_too(
    change: Mapping[str, Any], told: str
) -> None:
    data = changed(**change)
    with pytest.raises(UnusableInput) as caught:
        rule_pack(data)
    assert told in str(caught.value)
    assert not CHECKER.is_valid(data)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"brain": ["ct-nose"]}, "the catalogue has no procedure ct-nose"),
        ({"rule_id": "de-strlschv-a14-ct-body"}, "two rules have the id de-strlschv-a14-ct-body"),
        ({"rule_valid_from": "2026-01-02", "rule_valid_to": "2026-01-02"}, "`valid_to` is not after `valid_from`"),
        ({"rule_value": float("nan")}, "`value` is no number"),
        ({"rule_title": "a\x00b"}, "control characters"),
        ({"rules": []}, "1 to 500 rules"),
        ({"rules": ["x"]}, "rule 1: not a mapping"),
    ],
)  # fmt: skip
def test_what_a_schema_cannot_say_is_refused_too(change: Mapping[str, Any], told: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        rule_pack(changed(**{name: value for name, value in change.items() if name != "rules"}) | {
            name: value for name, value in change.items() if name == "rules"
        })  # fmt: skip
    assert told in str(caught.value)


def test_a_csv_file_becomes_a_pack_that_follows_the_schema() -> None:
    lines = (
        CSV,
        "group,group of exams,Mean of ten,mean_to_level,>=,1.5,CT|fluoroscopy,Review.",
    )
    head, first = lines[0].split("\n")
    text = f"{head},last,triggered_above,left_open,valid_to\n{first},,,One|Two three,2030-01-01\n{lines[1]},10,2,,\n"
    content = from_csv(7, TOLD, text)
    assert not list(CHECKER.iter_errors(json.loads(json.dumps(content))))
    made = rule_pack(content)
    assert (made.key, made.author, made.verification) == ("own-7-local-rules-2026", "A. Physicist", "own")
    one, group = made.rules
    assert (one.id, one.value, one.domains, one.left_open) == (
        "own-7-local-rules-2026-ctdi", 60.0, ("CT",), ("One", "Two three"),
    )  # fmt: skip
    assert (group.last, group.triggered_above, group.domains) == (10, 2.0, ("CT", "fluoroscopy"))
    assert made.unverified == made.rules


def test_a_yaml_file_becomes_a_pack_that_is_the_site_s_own_whatever_it_says_of_itself() -> None:
    content = from_yaml(7, "A. Physicist", OWN + "verification: primary\nkey: de-strlschv-annex-14\n")
    assert not list(CHECKER.iter_errors(json.loads(json.dumps(content))))
    made = rule_pack(content)
    assert (made.key, made.verification, made.purpose) == ("own-7-local-rules-2026", "own", "follow-up")
    assert (made.rules[0].id, made.rules[0].value) == ("own-7-local-rules-2026-kap", 300.0)
    assert made.valid_from is not None and made.valid_from.isoformat() == "2026-01-01"
    own = OWN.replace("id: kap", "verification: primary, id: kap")
    assert rule_pack(from_yaml(7, "A", own)).rules[0].verification is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "lacks the column id, about, title, action"),
        (CSV.replace("value", "dose"), "The first line names columns, each once"),
        (CSV.replace("domains", "value"), "The first line names columns, each once"),
        (CSV.replace("60", "sixty"), "line 2: Expected `float | null`, got `str`"),
        (CSV + "\n\nx,one exam,X,ka_r_mgy,>,nan,,Look.", "line 4: `value` is no number"),
        (CSV + "\nx,one exam", "Line 3 has not as many cells"),
        (CSV.replace("CT,Ask", "MR,Ask"), "line 2: Invalid enum value 'MR'"),
        (CSV.split("\n")[0], "1 to 500 rules"),
        (CSV + '\n"x', "is no CSV"),
        ("x" * (MOST_BYTES + 1), "larger than"),
    ],
)
def test_a_csv_file_with_a_fault_is_refused_whole_with_the_line(text: str, told: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        from_csv(7, TOLD, text)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no mapping"),
        ("- x", "no mapping"),
        ("a: [", "is no YAML"),
        ("a: !!python/object/apply:os.system ['true']", "is no YAML"),
        ("title: Local rules", "1 to 500 rules"),
        (OWN.replace("Local rules 2026", "???"), "needs an author, and a title"),
        (OWN.replace("300", "'300'"), "rule 1: Expected `float | null`, got `str`"),
        ("a: &x [1]\nb: *x", "uses an alias"),
        ("a: " + "[" * 9 + "]" * 9, "nested more deeply"),
        ("a: " + "[" * 200_000, "nested more deeply"),
    ],
    ids=lambda text: text[:24],
)
def test_a_yaml_file_with_a_fault_or_a_trap_is_refused_whole(text: str, told: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        from_yaml(7, "A. Physicist", text)
    assert told in str(caught.value)


def test_a_pack_of_nobody_is_refused() -> None:
    with pytest.raises(UnusableInput, match="needs an author"):
        from_yaml(7, " ", OWN)


@given(st.text(max_size=300))
def test_no_text_is_more_than_refused(text: str) -> None:
    for read in (lambda: from_yaml(7, "A", text), lambda: from_csv(7, TOLD, ",".join(COLUMNS) + "\n" + text)):
        try:
            rule_pack(read())
        except UnusableInput:
            continue


def test_every_measure_has_a_name_and_no_quantity_s_key() -> None:
    assert not set(MEASURES) & set(QUANTITIES)
