"""The mean of the last twenty exams of one kind on one device against their reference level (StrlSchV Anlage 14 I.1)."""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.group_of_twenty import GroupExam, Kind, Level, is_begun, level_of, on_exam
from doseloop.assess.rule_pack_values import JudgedExam, JudgedPart
from doseloop.harmonise.age_bands import AGE_BANDS
from doseloop.model.flag import Finding
from doseloop.model.patient_group import PatientGroup
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.rule_packs import rule_packs

DE = next(one for one in rule_packs() if one.key == "de-strlschv-annex-14")
RULE = next(one for one in DE.rules if one.about == "group of exams")
BANDS = {one.key: one for one in AGE_BANDS}
LEVEL = ReferenceLevel(
    "l", "s", "ct-chest", "CT chest", PatientGroup("adult"), "dlp_mgy_cm", 100.0, phantom_cm=32,
    phantom_basis="as the site says", scope="complete examination",
)  # fmt: skip
SET = LevelSet("s", "DE", "BfS", 2022, "Levels", "https://x", "page", "current", "primary", "p75", (LEVEL,))
FOUND = Level(LEVEL, SET)
EXAM = JudgedExam("exam 9", date(2026, 11, 27), ())


def kind(procedure: str | None = "ct-chest", band: str = "adult", quantity: str = "dlp_mgy_cm") -> Kind:
    part = JudgedPart("CT", procedure, "CT Chest", "adult", {})
    return Kind(part, quantity, BANDS[band], "CT 1")


def one(value: float, **given: Any) -> GroupExam:
    return GroupExam(**{"value": value, "weight_kg": 70.0, "phantom_cm": 32, **given})


def judged(own: float, before: Iterable[GroupExam], found: Level = FOUND, of: Kind | None = None) -> Finding | None:
    return on_exam(EXAM, of or kind(), one(own), before, DE, RULE, found)


def test_an_exam_begins_the_look_only_beyond_three_times_its_level() -> None:
    for value, begun in ((299.9, False), (300.0, False), (math.nextafter(300, 301), True)):
        assert is_begun(EXAM, kind(), one(value), DE, RULE, FOUND) is begun, value


def test_the_mean_of_twenty_is_flagged_beyond_twice_the_level_and_not_at_it() -> None:
    for others, flagged in ((189.0, False), (3600 / 19, False), (190.0, True)):
        assert (judged(400.0, [one(others)] * 19) is not None) is flagged, others
    assert judged(400.0, [one(100.0)] * 19) is None


def test_the_finding_tells_mean_level_and_how_many() -> None:
    found = judged(400.0, [one(200.0)] * 40)
    assert found is not None
    assert (found.n, found.value, found.expected, found.threshold) == (20, 210.0, 100.0, 200.0)
    assert found.factor == pytest.approx(1.05)
    assert "The mean DLP of the last 20 exams of CT Chest in adults on CT 1 is 210 mGy·cm, 2.10 times" in found.sentence
    assert "this exam is 4.00 times the level" in found.sentence and "BfS 2022" in found.sentence


def test_fewer_than_twenty_are_said_to_be_too_few() -> None:
    found = judged(400.0, [one(300.0)] * 4)
    assert found is not None and found.n == 5
    assert "Too few: 5 of 20." in found.sentence and "Report" not in found.sentence
    assert "says nothing yet" in found.not_seen[0]
    alone = judged(400.0, [])
    assert alone is not None and "Too few: 1 of 20." in alone.sentence


def test_only_the_latest_comparable_exams_count() -> None:
    others = [one(900.0, phantom_cm=16), one(900.0, phantom_cm=None)] * 3 + [*[one(100.0)] * 19, *[one(900.0)] * 100]
    assert judged(400.0, others) is None


def test_a_level_with_bounds_of_weight_is_compared_with_patients_of_these_weights() -> None:
    level = replace(LEVEL, group=PatientGroup("adult", weight_min_kg=50, weight_max_kg=90))
    heavy = [one(900.0, weight_kg=120.0), one(900.0, weight_kg=None)]
    found = Level(level, SET)
    assert judged(400.0, [*heavy, *[one(100.0)] * 19], found) is None


def test_provisional_exams_and_an_unverified_level_are_said() -> None:
    found = judged(
        400.0, [one(300.0, provisional=True)] * 3 + [one(300.0)] * 16, Level(LEVEL, replace(SET, verification="own"))
    )
    assert found is not None
    assert found.not_seen[:2] == (
        "3 of the exams are provisional: their totals may still grow.", "The level was not read in BfS's own text.",
    )  # fmt: skip


def test_the_level_is_the_first_row_that_is_for_the_exam() -> None:
    rows = [(replace(LEVEL, phantom_cm=16), SET), (replace(LEVEL, kind="achievable"), SET), (LEVEL, SET)]
    assert level_of(kind(), one(1.0), rows) == FOUND
    assert level_of(kind(), one(1.0, phantom_cm=None), rows) is None
    assert level_of(kind(procedure=None), one(1.0), rows) is None
    child = replace(LEVEL, group=PatientGroup("child", 60, 120, 20, 30))
    assert level_of(kind(band="child-5-10"), one(1.0, weight_kg=25.0), [(child, SET)]) is not None
    assert level_of(kind(band="child-5-10"), one(1.0, weight_kg=35.0), [(child, SET)]) is None
    assert level_of(kind(band="child-5-10"), one(1.0, weight_kg=None), [(child, SET)]) is None


@given(st.lists(st.floats(0, 1000), min_size=19, max_size=60), st.floats(301, 5000))
def test_what_came_long_before_changes_nothing(values: list[float], own: float) -> None:
    given = [one(value) for value in values]
    assert judged(own, given) == judged(own, given[:19])


@given(st.permutations([one(float(value)) for value in range(100, 290, 10)]))
def test_the_order_of_the_nineteen_changes_nothing(values: list[GroupExam]) -> None:
    found, sorted_ = judged(400.0, values), judged(400.0, sorted(values, key=lambda one: one.value))
    assert (found is None) == (sorted_ is None)
