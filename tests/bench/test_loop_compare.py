"""What rules told is held against what was planted: each flag is of a fault or false, and each fault is found or not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bench.loop import scenarios
from bench.loop.compare import Planted, Raised, Touched, compare
from bench.loop.table import table

BEGUN = datetime(2025, 5, 1, 9, tzinfo=UTC)
EXAMS = tuple(
    Touched(f"2.25.{number}", "CT1", BEGUN + timedelta(hours=number), BEGUN + timedelta(hours=number, minutes=10))
    for number in range(20)
)
STEP = Planted(
    "step-1", "step", frozenset({"CT1"}), frozenset({"Thorax"}), date(2025, 5, 1), date(2025, 6, 30), {"factor": 1.3},
    EXAMS, frozenset(one.study for one in EXAMS),
)  # fmt: skip
DRIFT = Raised(
    1, "drift", "CT1", "", BEGUN + timedelta(hours=10), "", ("Thorax / Spiral",), datetime(2025, 5, 1), datetime(2025, 5, 2)
)  # fmt: skip
SINGLE = replace(STEP, name="single-1", kind="single", exams=EXAMS[:1], studies=frozenset({"2.25.0"}))
HIGH = Raised(2, "high-dose", "CT1", "2.25.0", EXAMS[0].left_at, "")


def test_a_flag_of_the_place_and_time_finds_the_fault_and_tells_after_how_many_exams() -> None:
    result = compare([STEP], [DRIFT])
    assert (result.faults[0].found, result.faults[0].exams, result.faults[0].rules) == (1, 11, ("drift",))
    assert result.faults[0].days == 10 / 24
    assert result.false == ()


def test_a_flag_of_another_scanner_protocol_rule_or_time_is_false() -> None:
    others = (
        replace(DRIFT, scanner="CT2"),
        replace(DRIFT, protocols=("Head / Spiral",)),
        replace(DRIFT, rule="operators"),
        replace(DRIFT, at=BEGUN - timedelta(days=3)),
        replace(DRIFT, at=BEGUN + timedelta(days=90), earliest=datetime(2025, 7, 20), latest=datetime(2025, 7, 28)),
    )
    for one in others:
        result = compare([STEP], [one])
        assert (result.faults[0].found, result.false) == (0, (one,))


def test_in_a_quiet_time_every_flag_is_false() -> None:
    assert compare([], [DRIFT, HIGH]).false == (DRIFT, HIGH)


def test_groups_of_one_cause_are_one_false_flag() -> None:
    joined = replace(DRIFT, flag=7, lead=1)
    assert compare([], [DRIFT, joined]).false == (DRIFT,)


def test_a_flag_that_is_listed_under_a_true_one_is_not_false() -> None:
    joined = replace(DRIFT, flag=7, protocols=("Head",), lead=1)
    assert compare([STEP], [DRIFT, joined]).false == ()


def test_a_single_exam_is_found_in_the_same_hour_or_later() -> None:
    soon, late = (
        compare([SINGLE], [HIGH]).faults[0],
        compare([SINGLE], [replace(HIGH, at=BEGUN + timedelta(days=1))]).faults[0],
    )
    assert (soon.wanted, soon.found, soon.same_hour) == (1, 1, 1)
    assert (late.found, late.same_hour) == (1, 0)


def test_a_high_dose_within_a_step_is_true_and_one_beside_it_false() -> None:
    beside = replace(HIGH, flag=3, study="2.25.999")
    result = compare([STEP], [HIGH, beside])
    assert (result.true, result.false) == ((HIGH,), (beside,))
    assert result.faults[0].found == 0


def test_thirty_scenarios_are_valid_ten_of_them_quiet_and_every_kind_of_fault_comes_twice() -> None:
    played = [scenarios.scenario(name) for name in scenarios.names()]
    assert (len(played), sum(one.quiet for one in played), len({one.seed for one in played})) == (30, 10, 30)
    kinds = [fault.kind for one in played for fault in one.faults]
    assert {kinds.count(kind) >= 2 for kind in kinds} == {True} and len(set(kinds)) == 9


def test_the_table_tells_what_was_missed_and_how_many_flags_were_false() -> None:
    missed = {"name": "silent-1", "kind": "silent", "size": {}, "wanted": 1, "found": 0, "same_hour": 0, "days": None,
              "exams": None, "rules": [], "touched": 9}  # fmt: skip
    false = {"rule": "drift", "scanner": "CT1", "study": "", "at": "", "lead": None, "sentence": ""}
    result = {"quiet": False, "exams": 100, "scanner_years": 0.5, "faults": [missed], "false": [false], "true": []}
    quiet = {**result, "quiet": True, "faults": []}
    shown = table(
        {"day": "2026-11-28", "wall_s": 60, "load": [1, 1], "shift": 0, "scenarios": {"a": result, "b": quiet}}
    )
    assert "0 of 1" in shown
    assert "= groups             0      2        0%   1 (2.00), 1" in shown
