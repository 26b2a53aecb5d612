import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from doseloop.model.errors import SimulationError, UnusableInput
from doseloop.simulate.report import sop_instance_uid
from doseloop.simulate.scenario import Scenario, play, write
from doseloop.simulate.scenario.play import played_exams
from doseloop.simulate.send import deliveries_in_order
from tests.simulate.scenario.texts import scenario
from tests.simulate.trees import read

FAULTS = """faults:
  - {kind: step, scanner: CT1, from_day: 2, factor: 1.5}
  - {kind: operator, operator: T. Brandt, from_day: 1, dose_factor: 1.3, name: habit}
  - {kind: silent, scanner: CT4, from_day: 1, to_day: 1}
  - {kind: repeats, scanner: PET/CT 1, procedure: CT Head, from_day: 1, to_day: 1, share: 0.0001}
changes:
  - {kind: software_update, scanner: CT3, from_day: 2, software: NEW}
"""


@pytest.fixture(scope="module")
def planned() -> Scenario:
    return scenario(2, more=FAULTS + "late: 0.1\nresent: 0.1\n")


@pytest.fixture(scope="module")
def folder(planned: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scenario") / "out"
    write(planned, out)
    return out


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "truth.json").read_text("utf-8"))
    return loaded


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_same_scenario_gives_the_same_bytes_by_any_number_of_processes(
    planned: Scenario, folder: Path, tmp_path: Path
) -> None:
    write(planned, tmp_path / "again", processes=2)
    assert files(tmp_path / "again") == files(folder)


def test_another_seed_gives_other_objects(planned: Scenario, folder: Path, tmp_path: Path) -> None:
    write(replace(planned, seed=78, days=1), tmp_path / "other")
    assert not {*files(tmp_path / "other").values()} & {*files(folder).values()}


def test_files_are_named_by_the_moment_at_which_they_leave_the_scanner(planned: Scenario, folder: Path) -> None:
    written = sorted(
        (f"{file.parent.name} {file.name[:6]}", str(read(file.read_bytes()).SOPInstanceUID))
        for file in (folder / "objects").rglob("*.dcm")
    )
    sent = [(f"{one.at:%Y-%m-%d %H%M%S}", sop_instance_uid(one.report)) for one in deliveries_in_order(play(planned))]
    assert [at for at, _ in sent] == [at for at, _ in written]
    assert sorted(sent) == written


def test_truth_counts_what_is_there(told: dict[str, Any], folder: Path) -> None:
    assert told["objects"] == len(list((folder / "objects").rglob("*.dcm")))
    assert told["resent_objects"] > 0 < told["late_exams"]
    assert (told["from"], told["to"], told["seed"]) == ("2026-03-02", "2026-03-03", 77)


def test_truth_holds_every_fault_with_all_exams_that_it_touched(planned: Scenario, told: dict[str, Any]) -> None:
    touched: dict[str, set[str]] = {entry.name: set() for entry in planned.faults}
    for played in played_exams(planned):
        for fault in played.simulated.truth.faults:
            touched[fault].add(played.exam.study_uid)
    assert {fault["name"]: set(fault["study_uids"]) for fault in told["faults"]} == touched
    assert all(touched[name] for name in ("step-1", "habit", "silent-3"))


def test_truth_says_kind_place_time_and_size(told: dict[str, Any]) -> None:
    step = told["faults"][0]
    assert (step["kind"], step["scanner"], step["procedure"]) == ("step", "CT1", None)
    assert (step["from"], step["to"], step["size"]) == ("2026-03-03", "2026-03-03", {"factor": 1.5})
    assert step["first_exam"] == step["last_exam"] == "2026-03-03"
    assert {place["scanner"] for place in step["protocols"]} == {"CT1"}
    assert told["changes"][0]["size"] == {"software": "NEW"}


def test_a_fault_that_touched_no_exam_says_so(told: dict[str, Any]) -> None:
    untouched = told["faults"][3]
    assert (untouched["study_uids"], untouched["protocols"], untouched["first_exam"]) == ([], [], None)


def test_studies_of_a_silent_scanner_are_in_the_truth_and_not_in_the_folder(told: dict[str, Any], folder: Path) -> None:
    there = {str(read(file.read_bytes()).StudyInstanceUID) for file in (folder / "objects").rglob("*CT4*.dcm")}
    assert not there & set(told["faults"][2]["study_uids"])


def test_a_folder_with_something_in_it_is_left_alone(planned: Scenario, folder: Path) -> None:
    before = files(folder)
    with pytest.raises(UnusableInput, match="is not empty"):
        write(planned, folder)
    assert files(folder) == before


def test_a_place_that_is_no_folder_is_told(planned: Scenario, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UnusableInput, match="cannot be written to"):
            write(planned, place)


def test_no_truth_is_written_where_the_scenario_cannot_be_played_to_its_end(tmp_path: Path) -> None:
    fault = "kind: single, scanner: CT4, procedure: CTPA, from_day: 1, factor: 3, ordinal: 20"
    with pytest.raises(SimulationError):
        write(scenario(1, fault), tmp_path / "out")
    assert not (tmp_path / "out" / "truth.json").exists()
