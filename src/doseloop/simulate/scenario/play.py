"""Plays a scenario: its exams in the order of time, with what leaves the scanners and the truth about each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from heapq import merge
from math import sqrt
from random import Random

from doseloop.model.errors import SimulationError
from doseloop.simulate.chance import chance, lognormal
from doseloop.simulate.conditions import Conditions
from doseloop.simulate.day import PlannedExam, SimulatedExam, planned_exams, simulated
from doseloop.simulate.department import Scanner, standard_department
from doseloop.simulate.exam import Visit, draw_exam
from doseloop.simulate.faults import planted
from doseloop.simulate.patients import Patient, patient_for
from doseloop.simulate.records import Exam
from doseloop.simulate.scenario.changes import scanner_on, scanners
from doseloop.simulate.scenario.entries import Entry, Scenario
from doseloop.simulate.scenario.faults import Planned

ADULT_YEARS = 18
LATE_HOURS = 8.0
"""Median of how much later late reports come."""
LATE_LOG_SD = 1.0
LATEST_HOURS = 24.0 * 14


@dataclass(frozen=True, slots=True)
class PlayedExam:
    """An exam, and what leaves its scanner about it."""

    exam: Exam
    simulated: SimulatedExam
    late: bool


def play(scenario: Scenario) -> Iterator[SimulatedExam]:
    """All exams of a scenario in the order of their beginning; the same scenario gives the same bytes."""
    return (played.simulated for played in played_exams(scenario))


def played_exams(scenario: Scenario) -> Iterator[PlayedExam]:
    """The same with what was drawn for each exam."""
    by_scanner = (scanner_exams(scenario, scanner) for scanner in scanners(scenario))
    return merge(*by_scanner, key=lambda played: (played.exam.started_at, played.exam.scanner.name))


def scanner_exams(scenario: Scenario, scanner: Scanner) -> Iterator[PlayedExam]:
    """The exams of one scanner; no other scanner is needed for them. Errors: `SimulationError`, a single dose without exam."""
    faults = [_dated(scenario, scanner, entry) for entry in scenario.faults if entry.scanner in (None, scanner.name)]
    playing = _Playing(scenario, [Planned(entry, scenario.seed) for entry in faults])
    for day in _days(scenario, scenario.start):
        as_it_is = scanner_on(scenario, scanner, day)
        for planned, draw in planned_exams(as_it_is, day, scenario.seed) if as_it_is else ():
            yield playing.exam(as_it_is or scanner, planned, draw)


class _Playing:
    """One scanner while it works through a scenario: what remained after size of its last exam of each procedure."""

    def __init__(self, scenario: Scenario, faults: list[Planned]) -> None:
        self.scenario, self.faults = scenario, faults
        self.department = standard_department()
        self.residuals: dict[str, float] = {}

    def exam(self, scanner: Scanner, planned: PlannedExam, draw: Random) -> PlayedExam:
        """One exam and what leaves the scanner."""
        seed, slot = self.scenario.seed, planned.slot
        own = chance(seed, "scenario", scanner.name, slot.day, slot.index)
        residual = self._residual(slot.procedure, own)
        visit = Visit(self._patient(planned, draw, own), own.choice(self.department.operators))
        age_years = visit.patient.age_years(slot.day)
        known = replace(slot, operator=visit.operator, age_years=age_years, weight_kg=visit.patient.weight_kg)
        found = planted(self.faults, known)
        conditions = found.conditions.and_(Conditions(residual=residual))
        exam = draw_exam(
            self.department, scanner, slot.procedure, planned.at, planned.accession, seed, draw, conditions, visit
        )
        return self._sent(exam, simulated(exam, found, draw, self.scenario.resent), conditions, own)

    def _residual(self, procedure: str, own: Random) -> float:
        """Autoregressive of the first order, with a standard deviation of 1 whatever the correlation."""
        new, rho = own.gauss(0.0, 1.0), self.scenario.autocorrelation
        before = self.residuals.get(procedure)
        self.residuals[procedure] = new if before is None else rho * before + sqrt(1 - rho * rho) * new
        return self.residuals[procedure]

    def _patient(self, planned: PlannedExam, draw: Random, own: Random) -> Patient:
        slot, issuer = planned.slot, self.department.patient_issuer
        patient = patient_for(self.department.procedures[slot.procedure], issuer, slot.day, self.scenario.seed, draw)
        chosen = own.random()
        for entry in self.scenario.changes:
            clinic = entry.kind == "obesity_clinic" and entry.holds(slot.scanner, slot.procedure, slot.day)
            today = clinic and f"{slot.day:%A}" == entry.size["weekday"]
            if today and chosen < entry.size["share"] and patient.age_years(slot.day) >= ADULT_YEARS:
                # Another person than the lighter one of that number.
                heavier_kg = round(patient.weight_kg * entry.size["weight_factor"], 1)
                patient = replace(patient, number=f"C{patient.number}", weight_kg=heavier_kg)
        return patient

    def _sent(self, exam: Exam, sent: SimulatedExam, conditions: Conditions, own: Random) -> PlayedExam:
        late = own.random() < self.scenario.late
        later = timedelta(hours=min(LATE_HOURS * lognormal(own, LATE_LOG_SD), LATEST_HOURS))
        if conditions.lost:
            return PlayedExam(exam, replace(sent, deliveries=()), late=False)
        if late:
            moved = tuple(replace(delivery, at=delivery.at + later) for delivery in sent.deliveries)
            sent = replace(sent, deliveries=moved)
        return PlayedExam(exam, sent, late)


def _dated(scenario: Scenario, scanner: Scanner, entry: Entry) -> Entry:
    """A fault as it is; a single dose on the first day that has its exam."""
    if entry.kind != "single":
        return entry
    for day in _days(scenario, entry.first):
        as_it_is = scanner_on(scenario, scanner, day)
        planned = planned_exams(as_it_is, day, scenario.seed) if as_it_is and day <= entry.last else ()
        done = sum(one.slot.procedure == entry.procedure for one, _ in planned)
        if done >= entry.size["ordinal"]:
            return replace(entry, first=day, last=day)
    raise SimulationError(f"{entry.name}: no day from {entry.first} to {entry.last} has such an exam")


def _days(scenario: Scenario, first: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((scenario.last - first).days + 1))
