"""Scenarios: some time of the virtual hospital with faults of known place, size and time, and the truth about them."""

from doseloop.simulate.scenario.entries import Entry, Scenario
from doseloop.simulate.scenario.file import from_text, load, ready
from doseloop.simulate.scenario.play import play
from doseloop.simulate.scenario.rows import ExamRow, scenario_exams
from doseloop.simulate.scenario.write import Written, write

__all__ = ["Entry", "ExamRow", "Scenario", "Written", "from_text", "load", "play", "ready", "scenario_exams", "write"]
