"""The rule `high-dose`, with its false alarms and its misses measured."""

import math
from collections.abc import Callable
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.assess.high_dose import expectation, on_exam

EXAM = ExamDose("exam-1", "dlp_mgy_cm", 1200.0, "CT Chest", "adults", 70.0, 32)
below = NormalDist().cdf


def history(n: int, seed: int = 1, log_sd: float = 0.25, weights: bool = True) -> list[PastExam]:
    generator = np.random.default_rng(seed)
    sizes = 70 * np.exp(0.2 * generator.standard_normal(n))
    doses = 400 * sizes / 70 * np.exp(log_sd * generator.standard_normal(n))
    return [PastExam(float(d), float(w) if weights else None, 32) for d, w in zip(doses, sizes, strict=True)]


def measured(n: int, log_sd: float, histories: int) -> tuple[float, float, float]:
    """Share of ordinary exams flagged, of threefold expected doses found, of ordinary doses times three found."""
    generator = np.random.default_rng(135)
    false = found = tripled = 0.0
    exam = replace(EXAM, weight_kg=None)
    for _ in range(histories):
        past = [PastExam(float(one), None, 32) for one in 400 * np.exp(log_sd * generator.standard_normal(n))]
        expected = expectation(exam, past)
        assert expected is not None
        reach = math.log(expected.threshold / 400)
        false += below(-reach / log_sd)
        found += reach < math.log(3)
        tripled += below((math.log(3) - reach) / log_sd)
    return false / histories, found / histories, tripled / histories


@pytest.mark.parametrize("n", [20, 50, 200])
def test_under_one_ordinary_exam_in_two_thousand_is_flagged_and_threefold_doses_are_found(n: int) -> None:
    false, found, _ = measured(n, 0.25, 500)
    assert false < 1 / 2000
    assert found > 0.97


def test_of_doses_that_scatter_a_little_more_than_usual_threefold_ones_are_found_too() -> None:
    false, found, _ = measured(200, 0.35, 200)
    assert false < 1 / 350
    assert found > 0.9


def test_a_group_with_a_tail_flags_no_more_for_it() -> None:
    """One exam in twelve has a second phase: a limit from the middle alone would flag one in 40."""
    generator = np.random.default_rng(7)
    share = 0.0
    for _ in range(60):
        logs = 0.15 * generator.standard_normal(1200) + math.log(1.9) * (generator.random(1200) < 1 / 12)
        past = [PastExam(float(one), None, 32) for one in 400 * np.exp(logs[:200])]
        expected = expectation(replace(EXAM, weight_kg=None), past)
        assert expected is not None
        share += float(np.mean(400 * np.exp(logs[200:]) > expected.threshold)) / 60
    assert share < 1 / 120


def test_where_size_explains_most_of_the_spread_tripled_doses_are_found_too() -> None:
    false, _, tripled = measured(100, 0.15, 200)
    assert false < 1 / 100_000
    assert tripled > 0.97


def test_wide_procedures_are_not_flagged_much_more_often() -> None:
    false, _, _ = measured(100, 0.7, 200)
    assert false < 1 / 1500


def test_a_finding_says_what_was_seen_and_against_what() -> None:
    found = on_exam(replace(EXAM, value=2000.0), history(100))
    assert found is not None
    assert (found.rule, found.subject, found.cause, found.n) == ("high-dose", "exam-1", "dlp_mgy_cm", 100)
    assert found.factor == pytest.approx(5.0, rel=0.15)
    assert found.expected == pytest.approx(400, rel=0.15)
    assert found.sentence.startswith("DLP 2000 mGy·cm is 4.") or found.sentence.startswith("DLP 2000 mGy·cm is 5.")
    assert found.not_seen == ("Indication and difficulty of the exam were not taken into account.",)


def test_fewer_than_twenty_others_give_no_finding() -> None:
    assert on_exam(replace(EXAM, value=99999.0), history(19)) is None
    assert on_exam(replace(EXAM, value=99999.0), history(20)) is not None


def test_a_large_patient_s_dose_is_ordinary_at_that_size() -> None:
    past = history(150, log_sd=0.12)
    heavy = replace(EXAM, value=850.0, weight_kg=110.0)
    assert on_exam(heavy, past) is None
    assert on_exam(replace(heavy, weight_kg=55.0), past) is not None


def test_without_weight_it_falls_back_and_says_so() -> None:
    found = on_exam(replace(EXAM, value=5000.0, weight_kg=None), history(60))
    assert found is not None and "the exam has no weight" in " ".join(found.not_seen)
    found = on_exam(replace(EXAM, value=5000.0), history(60, weights=False))
    assert found is not None and "60 of 60 earlier exams have no weight" in " ".join(found.not_seen)
    assert "of all sizes" in found.sentence


def test_other_phantoms_are_not_compared() -> None:
    assert on_exam(replace(EXAM, value=5000.0, phantom_cm=16), history(60)) is None


def test_doses_that_are_all_the_same_still_need_twice_the_median() -> None:
    past = [PastExam(100.0, 70.0, 32)] * 60
    assert on_exam(replace(EXAM, value=199.0), past) is None


def test_a_few_earlier_wild_doses_do_not_hide_the_next() -> None:
    past = [*history(90), *(PastExam(40_000.0, 70.0, 32) for _ in range(10))]
    assert on_exam(replace(EXAM, value=2000.0), past) is not None


def test_only_the_latest_exams_count() -> None:
    old = [PastExam(5000.0, 70.0, 32)] * 300
    expected = expectation(EXAM, [*old, *history(200)])
    assert expected is not None and expected.n == 200 and expected.median < 600


def on_two_scanners(seed: int = 3) -> list[PastExam]:
    """Three in four of 240 exams on scanner 1; scanner 2 gives half of its dose."""
    generator = np.random.default_rng(seed)
    scanners = [2 if generator.random() < 0.25 else 1 for _ in range(240)]
    doses = 400 * np.exp(0.2 * generator.standard_normal(240))
    return [PastExam(float(d) / one, 70.0, 32, one) for d, one in zip(doses, scanners, strict=True)]


def test_a_threefold_dose_of_the_lower_of_two_scanners_is_found() -> None:
    exam = replace(EXAM, value=620.0, scanner=2)
    found = on_exam(exam, on_two_scanners())
    assert found is not None and found.expected == pytest.approx(200, rel=0.1)
    assert "on its scanner" in found.sentence
    assert on_exam(replace(exam, scanner=None), on_two_scanners()) is None
    assert on_exam(replace(exam, scanner=1), on_two_scanners()) is None


def test_a_scanner_with_few_exams_is_compared_with_all_of_the_site() -> None:
    found = on_exam(replace(EXAM, value=5000.0, scanner=3), on_two_scanners())
    assert found is not None and "at the site" in found.sentence and found.n == 200


def test_exams_that_are_flagged_already_widen_nothing() -> None:
    high = [PastExam(1400.0, 70.0, 32, is_flagged=True)] * 30
    with_them, without = expectation(EXAM, [*history(100), *high]), expectation(EXAM, history(100))
    assert with_them == without


def test_flags_that_are_more_than_half_of_the_group_are_its_doses_now() -> None:
    high = [PastExam(1400.0, 70.0, 32, is_flagged=True)] * 110
    expected = expectation(EXAM, [*history(90), *high])
    assert expected is not None and expected.median > 1000


@given(st.floats(50, 4000), st.floats(35, 140), st.integers(1, 40))
def test_what_is_let_through_early_is_below_its_threshold(value: float, weight: float, seed: int) -> None:
    exam, past = replace(EXAM, value=value, weight_kg=weight), history(45, seed)
    expected = expectation(exam, past)
    assert expected is not None
    assert (on_exam(exam, past) is not None) == (value > expected.threshold)


def flagged(value: float, change: Callable[[float], float] = float) -> bool:
    past = [replace(one, value=change(one.value)) for one in history(40)]
    return on_exam(replace(EXAM, value=change(value)), past) is not None


@given(st.floats(100, 4000), st.sampled_from([0.125, 8.0, 1000.0]))
def test_the_unit_of_the_dose_changes_nothing(value: float, factor: float) -> None:
    threshold = expectation(EXAM, history(40))
    if threshold is None or math.isclose(value, threshold.threshold, rel_tol=1e-9):
        return
    assert flagged(value) == flagged(value, lambda dose: dose * factor)


@given(st.floats(1, 1e5), st.floats(1, 10))
def test_a_higher_dose_is_never_less_suspicious(value: float, factor: float) -> None:
    if flagged(value):
        assert flagged(value * factor)
