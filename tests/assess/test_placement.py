"""Where an exam stands among earlier ones."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.assess.placement import on_exam

EXAM = ExamDose("exam 1", "dlp_mgy_cm", 150.0, "CT chest", "adults", None, 32)
PAST = [PastExam(float(100 + k), None, 32) for k in range(100)]


def test_an_exam_in_the_middle_is_higher_than_half_of_the_others() -> None:
    found = on_exam(replace(EXAM, value=149.5), PAST)
    assert found is not None and (found.percentile, found.n, found.at_size) == (50.0, 100, False)
    assert found.sentence == "DLP higher than 50 % of 100 earlier exams of all sizes"


def test_of_equal_exams_half_count_as_lower() -> None:
    found = on_exam(EXAM, [PastExam(150.0, None, 32)] * 30)
    assert found is not None and found.percentile == 50.0


def test_a_provisional_exam_and_one_with_too_few_others_has_no_place() -> None:
    assert on_exam(replace(EXAM, provisional=True), PAST) is None
    assert on_exam(EXAM, PAST[:19]) is None
    assert on_exam(replace(EXAM, phantom_cm=16), PAST) is None


def test_a_heavy_patient_s_ordinary_dose_stands_in_the_middle_at_that_weight() -> None:
    past = [PastExam(4.0 * weight, float(weight), 32) for weight in range(50, 110)]
    heavy = replace(EXAM, weight_kg=105.0, value=4.0 * 105)
    at_size, of_all = on_exam(heavy, past), on_exam(replace(heavy, weight_kg=None), past)
    assert at_size is not None and of_all is not None
    assert at_size.at_size and at_size.percentile == pytest.approx(50, abs=12)
    assert of_all.percentile > 90


@given(st.floats(0.25, 64), st.lists(st.floats(1, 1e4), min_size=20, max_size=60), st.floats(1, 1e4))
def test_scaling_all_doses_moves_no_exam(factor: float, doses: list[float], own: float) -> None:
    plain = on_exam(replace(EXAM, value=own), [PastExam(one, None, 32) for one in doses])
    scaled = on_exam(replace(EXAM, value=own * factor), [PastExam(one * factor, None, 32) for one in doses])
    assert plain is not None and scaled is not None
    assert scaled.percentile == pytest.approx(plain.percentile, abs=1e-6)
