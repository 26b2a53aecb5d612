"""Operators are compared at the same procedures, sizes and scanners; what is told is clear, stays, and names its cause."""

import math
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from bench.operators import BEGUN, SCANNERS, Habit, exams
from doseloop.assess.operator_model import RANGE
from doseloop.assess.operator_sample import NamedExam
from doseloop.assess.operators import DAYS, RULE, Difference, Look, look, on_period, window_of
from doseloop.model.flag import Finding
from doseloop.store.visible import ABOUT_PEOPLE

HABITS = {
    "none": Habit(),
    "long": Habit(length=1.35),
    "high": Habit(setting=1.4),
    "high on one": Habit(setting=1.4, scanners=(1,)),
    "short": Habit(length=1 / 1.35),
}


@cache
def made(habit: str) -> tuple[NamedExam, ...]:
    """Five weeks in which operator 0 has the habit from the first day on."""
    return tuple(exams(11, DAYS + 7, HABITS[habit], begun_after=0))


def looked(habit: str, weeks_ago: int = 0) -> Look:
    return look(made(habit), "CT", *window_of((BEGUN + timedelta(days=DAYS + 6 - 7 * weeks_ago)).date()))


@cache
def told(habit: str) -> tuple[Finding, ...]:
    return tuple(on_period([looked(habit, 1), looked(habit)], SCANNERS))


def of(found: Look, person: int, quantity: str, scanner: int | None = None) -> Difference:
    (one,) = (
        one for one in found.differences if (one.person, one.quantity, one.scanner) == (person, quantity, scanner)
    )
    return one


def test_a_longer_range_is_told_once_for_all_scanners_with_its_cause() -> None:
    (one,) = told("long")
    assert (one.rule, one.subject, one.cause) == ("operators", "person 0", f"{RANGE} above")
    assert one.sentence.startswith("One operator’s exams have a DLP at the same CTDIvol ")
    assert "a longer range, or more acquisitions." in one.sentence
    assert one.factor == pytest.approx(1.35, rel=0.08)


def test_a_higher_setting_is_told_as_that() -> None:
    (one,) = told("high")
    assert one.cause == "ctdi_vol_mgy above" and ": a higher setting." in one.sentence


def test_a_setting_of_one_scanner_is_told_of_that_scanner() -> None:
    looks = [looked("high on one", 1), looked("high on one")]
    assert list(on_period(looks, SCANNERS).values()) == [1]
    assert [one.cause for one in told("high on one")] == ["ctdi_vol_mgy on scanner 1 above"]
    assert "exams on CT 1 have a CTDIvol" in told("high on one")[0].sentence


def test_who_does_less_is_told_as_well() -> None:
    (one,) = told("short")
    assert one.cause == f"{RANGE} below" and "a shorter range, or fewer acquisitions" in one.sentence


def test_nobody_is_told_where_nobody_differs() -> None:
    assert told("none") == ()


def test_the_sentence_names_nobody() -> None:
    for habit in HABITS:
        assert all("person" not in one.sentence for one in told(habit))


def test_one_look_alone_tells_nothing() -> None:
    assert of(looked("long"), 0, RANGE).is_beyond
    assert on_period([looked("long")], SCANNERS) == {} == on_period([], SCANNERS)


def test_looks_that_do_not_follow_each_other_tell_nothing() -> None:
    before = looked("long", 1)
    long_ago = replace(before, first=before.first - timedelta(days=30), last=before.last - timedelta(days=30))
    assert on_period([long_ago, looked("long")], SCANNERS) == {}


def test_what_is_told_stays_while_the_figure_is_beyond_the_margin_and_goes_when_it_is_not() -> None:
    first, second = looked("long", 1), looked("long")
    for ratio, stands in ((1.12, True), (1.09, False)):
        (third,) = [
            replace(
                second,
                last=second.last + timedelta(days=7),
                differences=tuple(replace(one, ratio=ratio, is_beyond=False) for one in second.differences),
            )
        ]
        causes = [one.cause for one in on_period([first, second, third], SCANNERS)]
        assert (causes == [f"{RANGE} above"]) is stands


def test_a_scanner_without_a_name_is_not_told() -> None:
    assert on_period([looked("high on one", 1), looked("high on one")], {2: "CT 2"}) == {}


def test_figures_are_shrunken_towards_the_others_and_their_interval_holds_them() -> None:
    found = looked("none")
    assert {one.person for one in found.differences} == set(range(5))
    assert all(one.lower <= one.ratio <= one.upper for one in found.differences)
    assert all(0.9 < one.ratio < 1.1 for one in found.differences)


def test_the_dose_is_the_product_of_its_causes_and_is_not_judged_itself() -> None:
    found = looked("long")
    dose, setting, length = (of(found, 0, name).ratio for name in ("dlp_mgy_cm", "ctdi_vol_mgy", RANGE))
    assert dose == pytest.approx(setting * length, rel=0.1)
    assert not any(one.is_beyond for one in found.differences if one.quantity == "dlp_mgy_cm")


def test_heavier_patients_and_other_procedures_are_no_difference() -> None:
    """Operator 0 has the heavy patients, and all of the hard procedure that the others do a third of."""
    day = date(2025, 1, 6)
    rows = []
    for number in range(600):
        who, hard = number % 4, (number % 12 < 4 and number % 4 == 0) or number % 3 == 0
        heavy = 1.5 if who == 0 else 1.0
        at = BEGUN + timedelta(hours=number)
        noise = 1 + 0.2 * math.sin(number * 2.399)
        ctdi = 8.0 * heavy * noise * (3 if hard else 1)
        rows.append(NamedExam(number, at, 1, "hard" if hard else "easy", "adult", 32, 70 * heavy * (1 + 0.3 * math.sin(number)),
                              frozenset({who}), False, ctdi * 40, ctdi * (1 + 0.3 * math.sin(number))))  # fmt: skip
    found = look(rows, "CT", day, day + timedelta(days=27))
    assert abs(math.log(of(found, 0, "ctdi_vol_mgy").ratio)) < 0.1


def test_one_wild_value_moves_nobody() -> None:
    rows = list(made("none"))
    rows[3] = replace(rows[3], ctdi_vol_mgy=5e4, dlp_mgy_cm=2e6)
    first, last = window_of((BEGUN + timedelta(days=DAYS - 1)).date())
    usual = look(made("none"), "CT", first, last)
    wild = look(rows, "CT", first, last)
    for one in usual.differences:
        assert of(wild, one.person, one.quantity, one.scanner).ratio == pytest.approx(one.ratio, rel=0.02)


def test_too_few_operators_give_a_look_without_differences() -> None:
    rows = [one for one in made("none") if one.operators <= {0, 1}]
    found = look(rows, "CT", *window_of((BEGUN + timedelta(days=DAYS - 1)).date()))
    assert (
        found.differences == ()
        and found.exams == 0
        and found.left_out.small_group == len([one for one in rows if one.at < BEGUN + timedelta(days=DAYS)])
    )


def test_dose_area_products_are_compared_without_a_cause() -> None:
    rows = [replace(one, dap_gy_cm2=one.dlp_mgy_cm, dlp_mgy_cm=None, ctdi_vol_mgy=None) for one in made("high")]
    ends = [(BEGUN + timedelta(days=DAYS + 6 - 7 * ago)).date() for ago in (1, 0)]
    (one,) = on_period([look(rows, "XA", *window_of(end)) for end in ends], SCANNERS)
    assert one.cause == "dap_gy_cm2 above" and "a dose-area product" in one.sentence and "setting" not in one.sentence


def test_what_was_not_seen_is_said() -> None:
    (one,) = told("long")
    assert any("have no weight" in each for each in one.not_seen)


def test_flags_of_the_rule_are_about_people() -> None:
    assert RULE in ABOUT_PEOPLE
