"""`doseloop simulate`: objects and truth into a folder or to a receiver, and a sentence where that cannot be."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from doseloop.cli import app
from doseloop.model.errors import DoseloopError, UnusableInput
from doseloop.simulate.scenario import ready
from tests.simulate.test_send import receiver

TEXT = """title: A short day
seed: 3
start: 2026-03-02
days: 1
workload: 0.1
faults:
  - {kind: step, scanner: CT3, from_day: 1, factor: 2}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    file = tmp_path / "scenario.yaml"
    file.write_text(TEXT, "utf-8")
    return str(file)


def simulate(*words: str) -> dict[str, object]:
    ended = CliRunner().invoke(app, ["simulate", *words, "--json"])
    if isinstance(ended.exception, DoseloopError):
        raise ended.exception
    told: dict[str, object] = json.loads(ended.stdout)
    return told


def test_objects_and_truth_are_written(scenario: str, tmp_path: Path) -> None:
    told = simulate(scenario, "--out", str(tmp_path / "out"), "--processes", "1")
    truth = json.loads((tmp_path / "out" / "truth.json").read_text("utf-8"))
    assert (told["exams"], told["objects"]) == (truth["exams"], truth["objects"])
    assert len(truth["faults"][0]["study_uids"]) > 0


@pytest.mark.peers
def test_objects_are_sent_and_the_truth_is_kept(scenario: str, tmp_path: Path) -> None:
    with receiver() as (port, taken):
        told = simulate(scenario, "--send", f"127.0.0.1:{port}", "--speed", "1000000", "--out", str(tmp_path / "out"))
    truth = json.loads((tmp_path / "out" / "truth.json").read_text("utf-8"))
    assert (told["taken"], told["refused"]) == (truth["objects"], 0)
    assert len(taken.stored) == truth["objects"]
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["truth.json"]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--send", "nowhere"],
        ["--send", "host:99999"],
        ["--speed", "2", "--out", "x"],
        ["--send", "host:1", "--out", __file__],
    ],
)
def test_what_is_asked_for_wrongly_is_told(scenario: str, words: list[str]) -> None:
    with pytest.raises(UnusableInput):
        simulate(scenario, *words)


def test_a_scenario_that_is_not_there_leads_to_the_ready_ones(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput) as refused:
        simulate("none", "--out", str(tmp_path / "out"))
    assert all(name in str(refused.value) for name in ready())
    assert not (tmp_path / "out").exists()


def test_an_error_is_one_sentence_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(TEXT + "colour: red\n", "utf-8")
    command = [sys.executable, "-m", "doseloop.cli", "simulate", str(file), "--out", str(tmp_path / "out")]
    ended = subprocess.run(command, env={**os.environ}, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "unknown entry `colour`" in ended.stderr
    assert "Traceback" not in ended.stderr
