from collections.abc import Iterable
from datetime import date, datetime, time
from math import exp, log
from statistics import linear_regression, median, stdev

import pytest

from doseloop.simulate import codes, ct, standard_department
from doseloop.simulate.chance import chance
from doseloop.simulate.conditions import Conditions
from doseloop.simulate.ct import CtPlan, acquisitions, typical_ctdi_vol_mgy, typical_length_mm
from doseloop.simulate.department import CtProcedure
from doseloop.simulate.exam import draw_exam
from doseloop.simulate.patients import Patient
from doseloop.simulate.records import CtAcquisition, Exam

DEPARTMENT = standard_department()
AT = datetime.combine(date(2026, 3, 2), time(9))
NDRL_2024 = {
    "CT Head": (47, 790),
    "CT Chest": (8.5, 290),
    "CTPA": (9.1, 310),
    "CT Abdomen/Pelvis": (10, 530),
    "CT Chest/Abdomen/Pelvis": (None, 660),
}
"""UKHSA NDRLs from 20 November 2024, table 1: CTDIvol (mGy) and DLP (mGy·cm)."""


def exams(scanner: str, procedure: str, count: int) -> list[Exam]:
    machine = DEPARTMENT.scanner(scanner)
    drawn = (chance(21, scanner, procedure, number) for number in range(count))
    return [draw_exam(DEPARTMENT, machine, procedure, AT, f"T{n}", 21, draw) for n, draw in enumerate(drawn)]


def procedure_of(name: str) -> CtProcedure:
    procedure = DEPARTMENT.procedures[name]
    assert isinstance(procedure, CtProcedure)
    return procedure


def spiral(events: Iterable[CtAcquisition]) -> CtAcquisition:
    return next(event for event in events if event.kind is codes.SPIRAL)


def known(value: float | None) -> float:
    assert value is not None
    return value


def adult_medians(scanner: str, procedure: str) -> tuple[float, float]:
    adults = [exam for exam in exams(scanner, procedure, 400) if exam.patient.age_years(AT.date()) >= 16]
    ctdi_vol_mgy = median(known(spiral(exam.ct_events).ctdi_vol_mgy) for exam in adults)
    return ctdi_vol_mgy, median(sum(event.dlp_mgy_cm or 0.0 for event in exam.ct_events) for exam in adults)


@pytest.mark.parametrize(
    ("scanner", "procedure"),
    [
        (scanner.name, procedure)
        for scanner in DEPARTMENT.scanners
        for procedure in scanner.mix
        if procedure in NDRL_2024 and (scanner.name, procedure) != ("CT3", "CT Head")
    ],
)
def test_medians_lie_near_the_national_levels(scanner: str, procedure: str) -> None:
    ctdi_vol_mgy, dlp_mgy_cm = adult_medians(scanner, procedure)
    ctdi_vol_level, dlp_level = NDRL_2024[procedure]
    assert 0.70 <= dlp_mgy_cm / dlp_level <= 1.10
    assert ctdi_vol_level is None or 0.70 <= ctdi_vol_mgy / ctdi_vol_level <= 1.10


def test_the_emergency_scanner_lies_clearly_over_the_level_for_heads() -> None:
    ctdi_vol_mgy, dlp_mgy_cm = adult_medians("CT3", "CT Head")
    assert ctdi_vol_mgy > 1.15 * 47
    assert dlp_mgy_cm > 1.15 * 790


def test_scatter_after_size_is_that_of_life() -> None:
    procedure, scanner = procedure_of("CT Chest"), DEPARTMENT.scanner("CT1")
    dose, dlp = [], []
    for exam in exams("CT1", "CT Chest", 1500):
        event = spiral(exam.ct_events)
        typical_mgy = typical_ctdi_vol_mgy(scanner, procedure, exam.patient.weight_kg)
        typical_cm = typical_length_mm(procedure, exam.patient.height_m) / 10
        dose.append(log(known(event.ctdi_vol_mgy) / typical_mgy))
        dlp.append(log(known(event.dlp_mgy_cm) / typical_mgy / typical_cm))
    assert stdev(dose) == pytest.approx(ct.CTDI_VOL_LOG_SD, abs=0.012)
    assert stdev(dlp) == pytest.approx(ct.DLP_LOG_SD, abs=0.015)
    assert median(dose) == pytest.approx(0, abs=0.02)


def test_dose_follows_weight_with_the_exponent_of_the_procedure() -> None:
    drawn = exams("CT1", "CT Abdomen/Pelvis", 1500)
    weights = [log(exam.patient.weight_kg) for exam in drawn]
    doses = [log(known(spiral(exam.ct_events).ctdi_vol_mgy)) for exam in drawn]
    slope, _ = linear_regression(weights, doses)
    assert slope == pytest.approx(procedure_of("CT Abdomen/Pelvis").modulation, abs=0.06)


def plan(procedure: str, scanner: str = "CT1", conditions: Conditions | None = None) -> CtPlan:
    patient = Patient("1", "X", "Bal^Dor", date(1960, 1, 1), "F", 1.70, 75.0)
    return CtPlan(
        1, "2.25.1", DEPARTMENT.scanner(scanner), procedure_of(procedure), patient, AT, conditions or Conditions()
    )


def test_a_pulmonary_angiography_tracks_the_bolus_before_the_spiral() -> None:
    kinds = [event.kind for event in acquisitions(plan("CTPA"), chance(1))]
    assert kinds == [codes.CONSTANT_ANGLE, codes.STATIONARY_CT, codes.STATIONARY_CT, codes.SPIRAL]


def test_a_scanner_without_premonitoring_has_one_event_less() -> None:
    assert len(acquisitions(plan("CTPA", "CT2"), chance(1))) == 3


def test_the_scouts_of_one_maker_have_no_dose() -> None:
    scout = acquisitions(plan("CT Chest", "CT2"), chance(1))[0]
    assert scout.ctdi_vol_mgy is None
    assert scout.dlp_mgy_cm is None


def test_a_planted_dose_is_exactly_its_multiple_of_the_typical_one() -> None:
    event = spiral(acquisitions(plan("CT Chest", conditions=Conditions(3.0, typical=True)), chance(1)))
    assert event.ctdi_vol_mgy == round(3 * procedure_of("CT Chest").ctdi_vol_mgy, 2)


def test_events_follow_each_other_without_overlap() -> None:
    for exam in exams("CT1", "CT Cardiac", 30):
        for before, after in zip(exam.ct_events, exam.ct_events[1:], strict=False):
            assert after.started_at > before.ended_at


def test_the_lognormal_mean_of_typical_is_not_shifted() -> None:
    drawn = [known(spiral(exam.ct_events).ctdi_vol_mgy) for exam in exams("CT2", "CT Head", 400)]
    assert median(drawn) == pytest.approx(41.0 * 1.09, rel=exp(0.2) - 1)
