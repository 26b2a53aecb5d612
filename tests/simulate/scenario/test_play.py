from datetime import date, timedelta
from itertools import islice
from math import log
from statistics import correlation, median, stdev

import pytest

from doseloop.model.errors import SimulationError
from doseloop.reading.object import read_object
from doseloop.simulate.ct import typical_ctdi_vol_mgy
from doseloop.simulate.department import CtProcedure, standard_department
from doseloop.simulate.scenario import ExamRow, load, play, ready, scenario_exams
from doseloop.simulate.scenario.play import scanner_exams
from tests.simulate.scenario.texts import scenario

START = date(2026, 3, 2)
DEPARTMENT = standard_department()


def rows(*arguments: object, **more: object) -> list[ExamRow]:
    return list(scenario_exams(scenario(*arguments, **more)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def usual() -> dict[str, ExamRow]:
    return {row.study_uid: row for row in rows(20)}


def differing(usual: dict[str, ExamRow], faults: str, changes: str = "") -> tuple[list[ExamRow], list[ExamRow]]:
    """The exams of twenty days that a fault touched, and those untouched that are not as they are without it."""
    played = rows(20, faults, changes)
    assert [row.study_uid for row in played] == list(usual)
    touched = [row for row in played if row.faults]
    return touched, [row for row in played if not row.faults and row != usual[row.study_uid]]


def test_a_step_shows_at_its_place_from_its_day_on_and_nowhere_else(usual: dict[str, ExamRow]) -> None:
    touched, others = differing(usual, "kind: step, scanner: CT1, procedure: CT Chest, from_day: 8, factor: 1.5")
    assert not others
    assert min(row.at.date() for row in touched) >= START + timedelta(days=7)
    assert {(row.scanner, row.procedure) for row in touched} == {("CT1", "CT Chest")}
    for row in touched:
        assert row.ctdi_vol_mgy == pytest.approx(1.5 * (usual[row.study_uid].ctdi_vol_mgy or 0), abs=0.015)


def test_every_exam_of_the_place_and_time_is_touched(usual: dict[str, ExamRow]) -> None:
    touched, _ = differing(usual, "kind: step, scanner: CT2, from_day: 4, to_day: 9, factor: 0.8")
    from_to = (START + timedelta(days=3), START + timedelta(days=8))
    here = {uid for uid, row in usual.items() if row.scanner == "CT2" and from_to[0] <= row.at.date() <= from_to[1]}
    assert {row.study_uid for row in touched} == here


def test_a_drift_grows_from_day_to_day(usual: dict[str, ExamRow]) -> None:
    touched, others = differing(usual, "kind: drift, scanner: CT3, from_day: 2, per_year: 8")
    assert not others
    for row in touched:
        days = (row.at.date() - START).days
        usual_mgy = usual[row.study_uid].ctdi_vol_mgy or 0
        assert row.ctdi_vol_mgy == pytest.approx(usual_mgy * 9 ** (days / 365.25), abs=0.02)


def test_a_copied_protocol_comes_with_new_software_that_stays(usual: dict[str, ExamRow]) -> None:
    fault = "kind: protocol_copy, scanner: CT1, procedure: CT Abdomen/Pelvis, from_day: 8, to_day: 12, "
    played = rows(20, fault + 'software: VB30A, factor: 1.4, kvp: 130, pitch: 0.6, suffix: " copy"')
    for row in played:
        before, day = usual[row.study_uid], (row.at.date() - START).days + 1
        assert row.software == ("VB30A" if row.scanner == "CT1" and day >= 8 else before.software)
        if row.faults:
            assert (row.kvp, row.pitch, row.protocol) == (130, 0.6, "AbdPelvis_Routine copy")
            assert row.event_protocol == "Abdomen copy"
            assert row.ctdi_vol_mgy == pytest.approx(1.4 * (before.ctdi_vol_mgy or 0), abs=0.015)
        else:
            assert (row.kvp, row.pitch, row.protocol, row.dlp_mgy_cm) == (
                before.kvp,
                before.pitch,
                before.protocol,
                before.dlp_mgy_cm,
            )
    days = {(row.at.date() - START).days + 1 for row in played if row.faults}
    assert (min(days), max(days)) == (8, 12)


def test_without_modulation_the_light_get_more_and_the_heavy_less(usual: dict[str, ExamRow]) -> None:
    fault = "kind: protocol_copy, scanner: CT2, procedure: CT Chest, from_day: 1, software: A, fixed_current: true"
    played = [row for row in rows(20, fault, more="weight_missing: 0") if row.faults]
    for row in played:
        assert (row.modulation, row.weight_kg is not None) == ("NONE", True)
        heavier = (row.weight_kg or 0) > 75
        assert ((row.ctdi_vol_mgy or 0) <= (usual[row.study_uid].ctdi_vol_mgy or 0) + 0.01) == heavier


def test_an_operator_scans_further(usual: dict[str, ExamRow]) -> None:
    touched, others = differing(usual, "kind: operator, operator: S. Okafor, from_day: 5, length_factor: 1.3")
    assert not others
    assert {row.operator for row in touched} == {"Okafor^S."}
    assert len({row.scanner for row in touched}) > 3
    spirals = [row for row in touched if row.modality == "CT"]
    for row in spirals:
        assert row.length_mm == pytest.approx(1.3 * (usual[row.study_uid].length_mm or 0), abs=0.2)
        assert row.ctdi_vol_mgy == usual[row.study_uid].ctdi_vol_mgy


def test_children_are_scanned_with_the_dose_and_voltage_of_adults(usual: dict[str, ExamRow]) -> None:
    touched, others = differing(usual, "kind: adult_protocol, scanner: CT3, from_day: 1")
    assert not others
    assert touched
    for row in touched:
        procedure = DEPARTMENT.procedures[row.procedure]
        assert isinstance(procedure, CtProcedure)
        assert row.age_years < 15
        assert row.kvp == procedure.kvp
        assert (row.ctdi_vol_mgy or 0) > (usual[row.study_uid].ctdi_vol_mgy or 0)
    assert all(row.age_years >= 15 for row in rows(20) if row.scanner == "CT3" and row.study_uid not in uids(touched))


def uids(rows_: list[ExamRow]) -> set[str]:
    return {row.study_uid for row in rows_}


@pytest.mark.parametrize("factor", [0.01, 0.1, 10, 100])
def test_a_wrong_unit_is_in_the_dose_area_product_alone(usual: dict[str, ExamRow], factor: float) -> None:
    touched, others = differing(usual, f"kind: wrong_unit, scanner: Angio 1, from_day: 3, factor: {factor}")
    assert not others
    assert {row.scanner for row in touched} == {"Angio 1"}
    for row in touched:
        assert row.dap_gy_cm2 == pytest.approx(factor * (usual[row.study_uid].dap_gy_cm2 or 0), rel=1e-3, abs=1e-4)
        assert row.ka_r_mgy == usual[row.study_uid].ka_r_mgy


def test_a_silent_scanner_works_on_and_sends_nothing(usual: dict[str, ExamRow]) -> None:
    touched, others = differing(usual, "kind: silent, scanner: CT4, from_day: 4, to_day: 6")
    assert not others
    assert touched
    assert all(row.arrived_at is None and row.scanner == "CT4" for row in touched)


def test_a_single_dose_is_the_first_of_its_kind_from_its_day_on() -> None:
    fault = "kind: single, scanner: CT1, procedure: CT Lumbar Spine, from_day: 3, factor: 3"
    (row,) = [row for row in rows(20, fault, more="weight_missing: 0") if row.faults]
    procedure = DEPARTMENT.procedures[row.procedure]
    assert isinstance(procedure, CtProcedure)
    typical_mgy = typical_ctdi_vol_mgy(DEPARTMENT.scanner("CT1"), procedure, row.weight_kg or 0)
    assert row.ctdi_vol_mgy == pytest.approx(3 * typical_mgy, abs=0.006)
    assert row.at.date() >= START + timedelta(days=2)


def test_a_single_dose_without_an_exam_is_told() -> None:
    fault = "kind: single, scanner: CT4, procedure: CTPA, from_day: 1, to_day: 1, factor: 3, ordinal: 20"
    with pytest.raises(SimulationError, match="single-1: no day"):
        rows(20, fault)


def test_repeats_scan_the_main_spiral_again(usual: dict[str, ExamRow]) -> None:
    fault = "kind: repeats, scanner: CT1, procedure: CT Chest, from_day: 1, share: 0.5, times: 2"
    touched, others = differing(usual, fault)
    chests = sum(row.scanner == "CT1" and row.procedure == "CT Chest" for row in usual.values())
    assert not others
    assert 0.2 < len(touched) / chests < 0.8
    assert {row.spirals for row in touched} == {3}


def test_several_faults_of_one_exam_are_all_told() -> None:
    more = (
        "faults: [{kind: step, scanner: CT1, from_day: 1, factor: 2}, {kind: drift, scanner: CT1, from_day: 1, "
        "per_year: 0.1}]\n"
    )
    assert {row.faults for row in rows(1, more=more) if row.scanner == "CT1"} == {("step-1", "drift-2")}


def test_a_new_scanner_works_from_its_day_on_and_changes_no_other(usual: dict[str, ExamRow]) -> None:
    played = rows(20, changes="kind: new_scanner, scanner: CT5, like: CT2, from_day: 6, output: 0.5")
    new = [row for row in played if row.scanner == "CT5"]
    assert min(row.at.date() for row in new) >= START + timedelta(days=5)
    assert [row for row in played if row.scanner != "CT5"] == list(usual.values())


def test_an_obesity_clinic_is_held_on_its_weekday(usual: dict[str, ExamRow]) -> None:
    played = rows(20, changes="kind: obesity_clinic, scanner: CT1, weekday: Tuesday, share: 1, weight_factor: 1.5")
    changed = [row for row in played if row.patient != usual[row.study_uid].patient]
    assert {(row.scanner, row.at.weekday()) for row in changed} == {("CT1", 1)}
    ratios = [(row.ctdi_vol_mgy or 0) / (usual[row.study_uid].ctdi_vol_mgy or 1) for row in changed]
    assert median(ratios) == pytest.approx(1.5**0.85, rel=0.06)
    assert all(not row.faults for row in played)


def test_case_mix_workload_and_software_change_on_their_days() -> None:
    more = (
        "changes: [{kind: case_mix, scanner: CT1, from_day: 11, mix: {CT Head: 1}}, "
        "{kind: workload, scanner: CT2, from_day: 11, factor: 0}, "
        "{kind: software_update, scanner: CT3, from_day: 11, software: NEW}]\n"
    )
    played = rows(20, more=more)
    late = [row for row in played if row.at.date() >= START + timedelta(days=10)]
    assert {row.procedure for row in late if row.scanner == "CT1"} == {"CT Head"}
    assert not [row for row in late if row.scanner == "CT2"]
    assert {row.software for row in late if row.scanner == "CT3"} == {"NEW"}
    assert {row.software for row in played if row not in late and row.scanner == "CT3"} == {"V10.8SP0001E"}


@pytest.mark.parametrize("rho", [0.0, 0.7])
def test_what_remains_after_size_is_correlated_as_asked_and_as_wide_as_ever(rho: float) -> None:
    scanner, procedure = DEPARTMENT.scanner("CT3"), DEPARTMENT.procedures["CT Head"]
    assert isinstance(procedure, CtProcedure)
    remains = list[float]()
    for played in scanner_exams(scenario(120, more=f"autocorrelation: {rho}\n"), scanner):
        if played.exam.procedure == procedure.name:
            typical_mgy = typical_ctdi_vol_mgy(scanner, procedure, played.exam.patient.weight_kg)
            remains.append(log((played.exam.ct_events[-1].ctdi_vol_mgy or 0) / typical_mgy))
    assert correlation(remains[:-1], remains[1:]) == pytest.approx(rho, abs=0.07)
    assert stdev(remains) == pytest.approx(0.20, abs=0.02)


def test_habits_of_sending_and_recording_are_as_asked() -> None:
    played = rows(20, more="late: 0.2\nresent: 0\nweight_missing: 0.5\n")
    late = [row for row in played if row.arrived_at and row.arrived_at - row.at > timedelta(hours=5)]
    assert 0.1 < len(late) / len(played) < 0.2
    assert sum(row.weight_kg is None for row in played) / len(played) == pytest.approx(0.5, abs=0.05)


def test_exams_come_in_the_order_of_time_and_the_rows_are_the_objects() -> None:
    one = scenario(1, "kind: wrong_unit, scanner: Angio 1, from_day: 1, factor: 10")
    played, flat = list(play(one)), list(scenario_exams(one))
    assert [exam.at for exam in played] == sorted(exam.at for exam in played)
    assert [exam.truth.study_uid for exam in played] == [row.study_uid for row in flat]
    for exam, row in zip(played, flat, strict=True):
        dose = read_object(exam.objects[-1]).dose
        stated = dose.ct_totals.dlp_mgy_cm if dose.ct_totals else None
        assert (stated.value if stated else None) == row.dlp_mgy_cm


EVERYTHING = """faults:
  - {kind: drift, scanner: CT2, from_day: 1, per_year: 5}
  - {kind: step, scanner: Angio 2, from_day: 1, factor: 0.2}
  - {kind: protocol_copy, scanner: CT1, procedure: CT Chest, from_day: 1, software: Ü 2,
     kvp: 140, fixed_current: true, suffix: " (2)"}
  - {kind: operator, operator: L. Moreau, from_day: 1, dose_factor: 3, length_factor: 1.5}
  - {kind: adult_protocol, scanner: CT3, from_day: 1}
  - {kind: wrong_unit, scanner: Angio 1, from_day: 1, factor: 0.01}
  - {kind: repeats, scanner: CT4, from_day: 1, share: 0.5, times: 3}
  - {kind: single, scanner: PET/CT 1, procedure: CT Chest/Abdomen/Pelvis, from_day: 1, factor: 10}
changes:
  - {kind: new_scanner, scanner: CT5, like: CT3, from_day: 1}
  - {kind: obesity_clinic, scanner: CT1, weekday: Monday, share: 1, weight_factor: 2}
"""


def test_every_object_with_everything_planted_is_read_without_anything_missing() -> None:
    played = list(play(scenario(1, more=EVERYTHING + "resent: 0.2\n")))
    assert {fault.split("-")[0] for exam in played for fault in exam.truth.faults} >= {"drift", "repeats", "single"}
    for exam in played:
        for file in exam.objects:
            assert read_object(file).dose.missing == ()


@pytest.mark.parametrize("name", ready())
def test_ready_scenarios_can_be_played(name: str) -> None:
    assert all(read_object(exam.objects[-1]).dose.missing == () for exam in islice(play(load(name)), 5))
