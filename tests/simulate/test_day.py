from collections import Counter
from datetime import date, timedelta
from itertools import islice

import pytest

from doseloop.model.errors import SimulationError
from doseloop.simulate import SimulatedExam, standard_department, workday
from doseloop.simulate.ct import typical_ctdi_vol_mgy
from doseloop.simulate.department import CtProcedure
from doseloop.simulate.faults import HighDose
from doseloop.simulate.send import deliveries_in_order
from tests.simulate.trees import children, concept, descendants, needed, read

DEPARTMENT = standard_department()
MONDAY = date(2026, 9, 7)


@pytest.fixture(scope="module")
def month() -> list[SimulatedExam]:
    return [exam for day in range(28) for exam in workday(DEPARTMENT, MONDAY + timedelta(days=day), 51)]


def test_exams_come_in_the_order_of_time(month: list[SimulatedExam]) -> None:
    assert [exam.at for exam in month] == sorted(exam.at for exam in month)


def test_weekends_belong_to_the_emergency_scanner(month: list[SimulatedExam]) -> None:
    sunday = Counter(exam.scanner.name for exam in month if exam.at.weekday() == 6)
    weekday = Counter(exam.scanner.name for exam in month if exam.at.weekday() == 1)
    assert sunday["CT3"] > 0.5 * weekday["CT3"]
    assert sunday["CT1"] < 0.35 * weekday["CT1"]


def test_planned_exams_happen_by_day(month: list[SimulatedExam]) -> None:
    planned = [exam for exam in month if exam.scanner.name == "CT1"]
    assert all(7 <= exam.at.hour <= 20 for exam in planned)
    assert any(exam.at.hour < 5 for exam in month if exam.scanner.emergency)


def test_every_scanner_that_makes_ct_or_angiography_is_at_work(month: list[SimulatedExam]) -> None:
    working = {scanner.name for scanner in DEPARTMENT.scanners if scanner.modality in ("CT", "XA")}
    assert {exam.scanner.name for exam in month} == working


def test_about_one_patient_in_twenty_is_a_child(month: list[SimulatedExam]) -> None:
    children_ = sum(exam.patient.age_years(exam.at.date()) < 16 for exam in month)
    assert 0.03 < children_ / len(month) < 0.06


def test_weight_is_missing_on_a_fifth_to_a_third_of_studies(month: list[SimulatedExam]) -> None:
    missing = sum("PatientWeight" not in read(exam.objects[-1]) for exam in islice(month, 0, None, 4))
    assert 0.20 <= missing / len(month[::4]) <= 0.30


def test_the_same_day_gives_the_same_bytes() -> None:
    first, second = (list(islice(workday(DEPARTMENT, MONDAY, 3), 12)) for _ in range(2))
    assert [exam.objects for exam in first] == [exam.objects for exam in second]


def test_a_cumulative_report_repeats_the_events_of_the_one_before(month: list[SimulatedExam]) -> None:
    exam = next(exam for exam in month if exam.scanner.cumulative)
    first, last = (read(delivered) for delivered in exam.objects[:2])
    assert first.StudyInstanceUID == last.StudyInstanceUID
    assert first.SOPInstanceUID != last.SOPInstanceUID
    assert event_uids(first) == event_uids(last)[:1]


def event_uids(report: object) -> list[str]:
    return [str(item.UID) for item in descendants(report) if concept(item) == "113769"]  # type: ignore[arg-type]


def test_now_and_then_a_report_is_sent_again_unchanged(month: list[SimulatedExam]) -> None:
    again = [exam for exam in month if len({d.report.number for d in exam.deliveries}) < len(exam.deliveries)]
    assert 0.005 < len(again) / len(month) < 0.04
    assert again[0].objects[-1] == again[0].objects[-2]


def test_deliveries_are_put_in_the_order_of_their_own_time(month: list[SimulatedExam]) -> None:
    moments = [delivery.at for delivery in deliveries_in_order(month[:400])]
    assert moments == sorted(moments)


def test_the_truth_is_what_the_object_says(month: list[SimulatedExam]) -> None:
    for exam in month[:60]:
        report = read(exam.objects[-1])
        if exam.truth.dlp_mgy_cm is not None:
            assert needed(report, "113813") == exam.truth.dlp_mgy_cm
        else:
            total = sum(needed(plane, "113722") for plane in children(report, "113702"))
            assert total * 1e4 == pytest.approx(exam.truth.dap_gy_cm2, abs=1e-4)


def test_a_planted_high_dose_is_three_times_its_group_and_the_only_one() -> None:
    fault = HighDose("CT1", "CT Chest", MONDAY)
    exams = list(workday(DEPARTMENT, MONDAY, 51, [fault]))
    (planted,) = [exam for exam in exams if exam.truth.faults]
    procedure = DEPARTMENT.procedures["CT Chest"]
    assert isinstance(procedure, CtProcedure)
    typical_mgy = typical_ctdi_vol_mgy(planted.scanner, procedure, planted.truth.weight_kg)
    spiral = children(read(planted.objects[-1]), "113819")[-1]
    assert needed(spiral, "113830") == pytest.approx(3 * typical_mgy, abs=0.006)
    assert (planted.truth.faults, planted.truth.dose_factor) == (("high_dose",), 3.0)


def test_a_fault_changes_no_other_exam() -> None:
    fault = HighDose("CT1", "CT Chest", MONDAY)
    usual = {exam.truth.study_uid: exam.truth for exam in workday(DEPARTMENT, MONDAY, 51)}
    for exam in workday(DEPARTMENT, MONDAY, 51, [fault]):
        if not exam.truth.faults:
            assert exam.truth == usual[exam.truth.study_uid]


def test_a_scanner_that_is_not_there_is_named() -> None:
    with pytest.raises(SimulationError, match="CT9"):
        DEPARTMENT.scanner("CT9")
