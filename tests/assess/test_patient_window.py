"""Exams of one patient together against a threshold of a pack."""

from dataclasses import replace
from datetime import date

import pytest

from doseloop.assess.notifiable import Event, answer
from doseloop.assess.patient_window import EarlierPart, on_exam
from doseloop.assess.rule_pack_values import JudgedExam, JudgedPart
from doseloop.assess.rule_pack_values import on_exam as of_one_exam
from doseloop.model.errors import UnusableInput
from doseloop.reference.rule_packs import rule_pack

RULE = {
    "id": "skin", "about": "one exam", "title": "Ka,r of procedures within 60 days", "domains": ["fluoroscopy"],
    "quantity": "ka_r_mgy", "operator": ">=", "value": 5000, "window_days": 60, "action": "Follow the patient up.",
}  # fmt: skip
DATA = {
    "key": "own-1-skin", "country": "INT", "authority": "Main Hospital", "title": "Skin doses", "url": "", "purpose": "follow-up",
    "seen_at": "meeting of May 2026", "verification": "own", "author": "A", "rules": [RULE],
}  # fmt: skip
PACK = rule_pack(DATA)
SKIN = PACK.rules[0]


def exam(ka_r: float, modality: str = "RF") -> JudgedExam:
    return JudgedExam("exam 9", date(2026, 5, 1), (JudgedPart(modality, "xa-pci", "PCI", "adult", {"ka_r_mgy": ka_r}),))


def earlier(ka_r: float, days: float = 10.0, key: int = 1, modality: str = "RF") -> EarlierPart:
    return EarlierPart(key, modality, days, {"ka_r_mgy": ka_r})


def test_two_exams_that_reach_the_threshold_together_are_told_with_both_sums() -> None:
    found = on_exam(exam(2100.0), [earlier(2900.0)], PACK, SKIN)
    assert found is not None and found.procedure == "xa-pci"
    assert (found.finding.value, found.finding.n, found.finding.cause) == (5000.0, 2, "skin")
    assert found.finding.sentence.startswith("Ka,r of the patient's 2 exams within 60 days is 5")
    assert "of it by this one" in found.finding.sentence
    assert "nobody has joined" in " ".join(found.finding.not_seen)


@pytest.mark.parametrize(
    "others",
    [
        [], [earlier(2899.9)], [earlier(2900.0, days=60.0)], [earlier(2900.0, modality="CT")],
        [EarlierPart(1, "RF", 10.0, {"dap_gy_cm2": 900.0})],
    ],
    ids=["alone", "below", "too long ago", "of another kind", "without the quantity"],
)  # fmt: skip
def test_what_does_not_reach_it_within_the_days_is_not_told(others: list[EarlierPart]) -> None:
    assert on_exam(exam(2100.0), others, PACK, SKIN) is None


def test_an_exam_that_reaches_it_alone_is_left_to_rules_about_one_exam() -> None:
    assert on_exam(exam(5000.0), [earlier(2900.0)], PACK, SKIN) is None


def test_such_a_rule_says_nothing_about_one_exam() -> None:
    assert of_one_exam(exam(9000.0), PACK, PACK.rules) == []
    said = answer(Event(domain="fluoroscopy", values={"ka_r_mgy": 9000.0}), PACK, SKIN)
    assert said.outcome == "not enough known"
    assert "Ka,r of the patient's exams within 60 days together" in said.missing


def test_parts_of_one_exam_are_one_exam() -> None:
    two = replace(exam(1000.0), parts=exam(1000.0).parts * 2)
    found = on_exam(two, [earlier(1500.0), earlier(1500.0)], PACK, SKIN)
    assert found is not None and (found.finding.value, found.finding.n) == (5000.0, 2)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"window_days": 0}, "from 1 to"), ({"window_days": 4000}, "from 1 to"), ({"quantity": "psd_mgy"}, "window_days"),
        ({"quantity": "ctdi_vol_mgy"}, "window_days"), ({"about": "incident", "quantity": "effective_dose_msv"}, "window_days"),
    ],
)  # fmt: skip
def test_only_what_can_be_added_may_be(change: dict[str, object], fault: str) -> None:
    with pytest.raises(UnusableInput, match=fault):
        rule_pack({**DATA, "rules": [{**RULE, **change}]})
