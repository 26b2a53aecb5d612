"""The rule `low-dose`, with its false alarms and its misses measured."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.assess.low_dose import on_exam

EXAM = ExamDose("exam-1", "dlp_mgy_cm", 80.0, "CT Chest", "adults", 70.0, 32, scanner=1, events=4)


def history(n: int, seed: int = 1, log_sd: float = 0.25) -> list[PastExam]:
    generator = np.random.default_rng(seed)
    sizes = 70 * np.exp(0.2 * generator.standard_normal(n))
    doses = 400 * sizes / 70 * np.exp(log_sd * generator.standard_normal(n))
    return [PastExam(float(d), float(w), 32, 1, events=4) for d, w in zip(doses, sizes, strict=True)]


def test_a_fifth_of_what_is_expected_is_told_with_its_share_and_its_group() -> None:
    found = on_exam(EXAM, history(100))
    assert found is not None
    assert (found.rule, found.cause, found.n, found.provisional) == ("low-dose", "dlp_mgy_cm", 100, False)
    assert found.factor == pytest.approx(0.2, rel=0.15)
    assert found.threshold is not None and found.threshold <= (found.expected or 0) / 3
    assert "% of the" in found.sentence and "at this weight, from 100 earlier exams on its scanner" in found.sentence


def test_an_exam_that_may_still_grow_is_never_too_low() -> None:
    assert on_exam(replace(EXAM, provisional=True), history(100)) is None


def test_more_than_a_third_of_what_is_expected_is_not_flagged() -> None:
    past = [PastExam(300.0, 70.0, 32, 1)] * 60
    assert on_exam(replace(EXAM, value=100.5), past) is None
    assert on_exam(replace(EXAM, value=99.5), past) is not None


def test_a_small_patient_s_dose_is_ordinary_at_that_size() -> None:
    past = [PastExam(4.0 * weight, float(weight), 32) for weight in range(40, 160)]
    light = replace(EXAM, value=130.0, weight_kg=40.0)
    assert on_exam(light, past) is None
    assert on_exam(replace(light, weight_kg=140.0), past) is not None


def test_an_exam_with_few_events_may_have_been_stopped_and_the_finding_says_so() -> None:
    told = on_exam(replace(EXAM, events=1), history(100))
    assert told is not None and "It has 1 event where others have 4" in " ".join(told.not_seen)
    whole = on_exam(EXAM, history(100))
    assert whole is not None and "Whether it was stopped early" in " ".join(whole.not_seen)


def test_without_weight_it_falls_back_and_says_so() -> None:
    found = on_exam(replace(EXAM, value=20.0, weight_kg=None), history(60))
    assert found is not None and "the exam has no weight" in " ".join(found.not_seen)


def test_fewer_than_twenty_others_or_another_phantom_give_no_finding() -> None:
    assert on_exam(EXAM, history(19)) is None
    assert on_exam(replace(EXAM, phantom_cm=16), history(100)) is None


def test_ordinary_exams_are_hardly_flagged_and_a_quarter_of_the_dose_is_found() -> None:
    generator = np.random.default_rng(9)
    false, found = 0.0, 0
    for seed in range(60):
        past = history(100, seed)
        said = on_exam(replace(EXAM, value=100.0), past)
        found += said is not None
        least = on_exam(replace(EXAM, value=1e-3), past)
        assert least is not None and least.threshold is not None
        false += float(np.mean(400 * np.exp(0.25 * generator.standard_normal(3000)) < least.threshold)) / 60
    assert false < 1 / 10_000
    assert found >= 58


@given(st.floats(5, 400), st.floats(35, 140), st.integers(1, 40))
def test_a_lower_dose_is_never_less_suspicious(value: float, weight: float, seed: int) -> None:
    exam, past = replace(EXAM, value=value, weight_kg=weight), history(45, seed)
    if on_exam(exam, past) is not None:
        assert on_exam(replace(exam, value=value / 2), past) is not None
