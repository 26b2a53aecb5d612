"""Flags of one cause are one: a change, the drift that it made, and the exams that are high by it."""

from dataclasses import replace
from typing import Any

from doseloop.assess.one_cause import ExamFlag, ScannerFlag, UnitFlag, joined

DRIFT = ScannerFlag(1, "drift", ("A",), "2026-03-10T09:00:00", "2026-03-08T09:00:00", "2026-03-14T09:00:00", 1.3, False)
CHANGE = ScannerFlag(
    2, "protocol-change", ("A", "B"), "2026-03-09T10:00:00", "2026-03-09T10:00:00", "2026-03-09T10:00:00", None, False
)
EXAM = ExamFlag(3, ("A",), "2026-03-20T09:00:00", 12.0, 10.0, "dap_gy_cm2")
UNIT = UnitFlag(7, "dap_gy_cm2", "2026-03-18", 100.0)


def test_a_change_within_the_interval_leads_the_drift() -> None:
    assert joined([DRIFT, CHANGE], []) == {1: 2}


def test_a_change_outside_the_interval_or_of_another_protocol_is_another_cause() -> None:
    before = replace(CHANGE, since="2026-03-07T10:00:00")
    assert joined([DRIFT, before], []) == {}
    assert joined([DRIFT, replace(CHANGE, protocols=("C",))], []) == {}


def test_a_high_dose_that_the_drift_explains_is_joined_to_whoever_leads() -> None:
    assert joined([DRIFT], [EXAM]) == {3: 1}
    assert joined([DRIFT, CHANGE], [EXAM]) == {1: 2, 3: 2}


def test_a_high_dose_that_is_high_without_the_drift_too_stands_by_itself() -> None:
    assert joined([DRIFT], [replace(EXAM, value=14.0)]) == {}


def test_a_high_dose_before_the_drift_or_of_another_protocol_stands_by_itself() -> None:
    assert joined([DRIFT], [replace(EXAM, started_at="2026-03-01T09:00:00")]) == {}
    assert joined([DRIFT], [replace(EXAM, protocols=("B",))]) == {}


def test_a_fall_explains_no_high_dose() -> None:
    assert joined([replace(DRIFT, factor=0.7)], [EXAM]) == {}


def test_a_change_alone_leads_nothing() -> None:
    assert joined([CHANGE], [EXAM]) == {}


def test_a_flag_that_a_case_follows_leads_and_is_joined_to_none() -> None:
    assert joined([replace(DRIFT, is_followed=True), CHANGE], []) == {2: 1}
    assert joined([replace(DRIFT, is_followed=True), replace(CHANGE, is_followed=True)], [EXAM]) == {3: 2}


def test_a_drift_of_the_scanner_needs_a_change_of_most_of_its_protocols() -> None:
    wide = replace(DRIFT, protocols=("A", "B", "C"))
    assert joined([wide, CHANGE], []) == {1: 2}
    assert joined([wide, replace(CHANGE, protocols=("A",))], []) == {}


def test_of_two_changes_the_one_of_the_same_day_leads() -> None:
    nearer = replace(CHANGE, flag=9, since="2026-03-10T08:00:00")
    assert joined([DRIFT, CHANGE, nearer], []) == {1: 9}


def test_two_protocols_that_one_change_moved_are_one_cause() -> None:
    other = replace(DRIFT, flag=5, protocols=("B",))
    assert joined([DRIFT, other, CHANGE], []) == {1: 2, 5: 2}


def test_a_whole_exam_and_its_runs_are_one_protocol() -> None:
    assert joined([replace(DRIFT, protocols=("Coronary",))], [replace(EXAM, protocols=("Coronary / Cine",))]) == {3: 1}
    assert joined([replace(DRIFT, protocols=("Coro",))], [replace(EXAM, protocols=("Coronary / Cine",))]) == {}


def three(**fields: Any) -> list[ScannerFlag]:
    """Drifts of three protocols that began in three months."""
    days = ("2026-03-10", "2026-04-20", "2026-06-05")
    return [
        replace(DRIFT, **{"flag": 10 + place, "protocols": (name,), "since": f"{day}T09:00:00", **fields})
        for place, (name, day) in enumerate(zip("ABC", days, strict=True))
    ]


def test_three_protocols_that_drift_the_same_way_in_a_quarter_are_one_cause() -> None:
    assert joined(three(), []) == {11: 10, 12: 10}
    assert joined(three()[:2], []) == {}, "two may be chance"


def test_protocols_that_drift_another_way_or_at_another_time_stand_by_themselves() -> None:
    rising, falling = three(), replace(three()[2], factor=0.8)
    assert joined([*rising[:2], falling], []) == {}
    assert joined([*rising[:2], replace(rising[2], since="2026-06-09T09:00:00")], []) == {}


def test_of_several_drifts_the_one_that_a_case_follows_leads() -> None:
    one, other, followed = three()
    assert joined([one, other, replace(followed, is_followed=True)], []) == {10: 12, 11: 12}


def test_a_high_dose_that_a_wrong_unit_explains_is_joined_to_it() -> None:
    assert joined([], [replace(EXAM, value=900.0)], [UNIT]) == {3: 7}
    assert joined([DRIFT], [replace(EXAM, value=12.0)], [UNIT]) == {3: 7}


def test_a_low_dose_that_a_wrong_unit_explains_is_joined_to_it() -> None:
    low = replace(EXAM, value=0.3, threshold=1.0)
    assert joined([], [low], [replace(UNIT, factor=0.1)]) == {3: 7}
    assert joined([DRIFT], [low], []) == {}


def test_a_dose_that_is_high_with_the_right_unit_too_stands_by_itself() -> None:
    assert joined([], [replace(EXAM, value=1200.0)], [UNIT]) == {}


def test_a_dose_of_another_quantity_or_from_before_stands_by_itself() -> None:
    assert joined([], [replace(EXAM, value=900.0, quantity="ka_r_mgy")], [UNIT]) == {}
    assert joined([], [replace(EXAM, value=900.0, started_at="2026-03-17T09:00:00")], [UNIT]) == {}
