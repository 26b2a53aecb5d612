"""Values of one exam against the packs: which value, of which part, and what is said of what no object tells."""

import math
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from doseloop.assess.rule_pack_values import JudgedExam, JudgedPart, on_exam
from doseloop.model.flag import Finding
from doseloop.reference.rule_packs import OF_ONE_EXAM, rule_packs

PACKS = {one.key: one for one in rule_packs()}
DE, NCRP = PACKS["de-strlschv-annex-14"], PACKS["us-ncrp-168"]
DAY = date(2026, 11, 27)
OF_ONE = [
    pytest.param(pack, rule, id=rule.id) for pack in PACKS.values() for rule in pack.rules if rule.about == "one exam"
]


def part(modality: str = "CT", procedure: str | None = "ct-chest", **doses: float) -> JudgedPart:
    return JudgedPart(modality, procedure, (procedure or "").replace("-", " "), "adult", doses)


def exam(*parts: JudgedPart, **given: Any) -> JudgedExam:
    return JudgedExam(**{"subject": "exam 1", "on": DAY, "parts": parts, **given})


def found(one: JudgedExam, pack: Any = DE) -> dict[str, Finding]:
    return {said.finding.cause: said.finding for said in on_exam(one, pack, pack.rules)}


@pytest.mark.parametrize(("pack", "rule"), OF_ONE)
def test_every_rule_about_one_exam_finds_what_is_beyond_it_and_nothing_below(pack: Any, rule: Any) -> None:
    assert rule.quantity in OF_ONE_EXAM
    modality = "CT" if "CT" in rule.domains else "RF"
    procedure = "ct-head" if rule.region == "brain" else "ct-chest" if modality == "CT" else "rf-barium-enema"
    for value, is_met in (
        (math.nextafter(rule.value, 0), False),
        (rule.value, rule.operator == ">="),
        (math.nextafter(rule.value, math.inf), True),
    ):
        given = exam(part(modality, procedure, **{rule.quantity: value}))
        assert (rule.id in found(given, pack)) is is_met, value


def test_a_ct_of_the_brain_may_have_more_than_one_of_another_part() -> None:
    assert not found(exam(part(procedure="ct-head", ctdi_vol_mgy=110.0)))
    assert set(found(exam(part(procedure="ct-head", ctdi_vol_mgy=121.0)))) == {"de-strlschv-a14-ct-brain"}
    for other in ("ct-chest", "ct-head-neck", "ct-sinuses", None):
        assert set(found(exam(part(procedure=other, ctdi_vol_mgy=110.0)))) == {"de-strlschv-a14-ct-body"}, other


def test_what_was_examined_may_be_unknown_and_is_said() -> None:
    [one] = found(exam(part(procedure=None, ctdi_vol_mgy=110.0))).values()
    assert "What was examined is not known" in " ".join(one.not_seen)
    assert "Not known: whether it was an intervention." in one.not_seen


def test_a_finding_says_value_threshold_source_and_what_the_law_leaves_open() -> None:
    [one] = found(exam(part(ctdi_vol_mgy=92.5))).values()
    assert one.sentence == (
        "CTDIvol of ct chest is 92.5 mGy; action is asked for at more than 80 mGy (StrlSchV 2018, Anlage 14 (zu § 108), "
        "Teil I, I.2.a). Report it as a significant event (§ 108)."
    )
    assert (one.rule, one.quantity, one.value, one.threshold) == ("rule-pack", "ctdi_vol_mgy", 92.5, 80.0)
    assert one.factor == pytest.approx(92.5 / 80)
    assert "names no CTDI phantom" in one.not_seen[0]
    assert str(one.key) == "rule-pack/exam 1/de-strlschv-a14-ct-body"


def test_an_intervention_is_not_an_examination() -> None:
    assert set(found(exam(part("RF", "rf-barium-enema", dap_gy_cm2=210.0)))) == {"de-strlschv-a14-fluoro"}
    assert not found(exam(part("RF", "xa-pci", dap_gy_cm2=210.0)))
    assert found(exam(part("RF", None, dap_gy_cm2=210.0)))


def test_radiography_is_none_of_it_and_a_follow_up_level_is_of_fluoroscopy_alone() -> None:
    assert not found(exam(part("DX", "dx-chest", dap_gy_cm2=900.0)))
    assert not found(exam(part("CT", "ct-chest", dap_gy_cm2=900.0)), NCRP)
    assert len(found(exam(part("RF", "xa-pci", dap_gy_cm2=500.0, ka_r_mgy=5000.0, fluoro_time_s=3600.0)), NCRP)) == 3


def test_of_several_parts_the_one_furthest_beyond_is_told() -> None:
    both = exam(part(ctdi_vol_mgy=85.0), part(procedure="ct-abdomen", ctdi_vol_mgy=95.0))
    said = on_exam(both, DE, DE.rules)
    assert [(one.finding.value, one.procedure) for one in said] == [(95.0, "ct-abdomen")]


def test_a_rule_that_somebody_has_to_see_is_never_supposed() -> None:
    seen = replace(DE.rules[0], facts=("tissue reaction",))
    given = exam(part(procedure="ct-head", ctdi_vol_mgy=500.0))
    assert on_exam(given, DE, [seen]) == []


def test_an_exam_before_a_rule_is_not_judged_by_it_and_one_without_a_day_by_those_that_hold() -> None:
    beyond = part(ctdi_vol_mgy=92.5)
    assert not found(exam(beyond, on=date(2018, 12, 30)))
    assert found(exam(beyond, on=date(2018, 12, 31)))
    [one] = found(exam(beyond, on=None)).values()
    assert "No object tells the day" in " ".join(one.not_seen)


def test_an_exam_without_values_and_one_that_is_provisional() -> None:
    assert not found(exam(part()))
    assert not found(exam())
    [one] = found(exam(part(ctdi_vol_mgy=92.5), provisional=True)).values()
    assert one.provisional and "provisional" in one.not_seen[-1]


def test_what_was_not_read_in_the_authority_s_text_is_said() -> None:
    one = found(exam(part("RF", "xa-pci", ka_r_mgy=5200.0)), NCRP)["srdl-ncrp168-kar"]
    assert "not read in the authority's own text" in " ".join(one.not_seen)
