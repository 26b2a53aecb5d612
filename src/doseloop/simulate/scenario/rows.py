"""Exams of a scenario as flat records, without DICOM: for benches of rules that need many years quickly."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from doseloop.simulate import codes
from doseloop.simulate.records import CtAcquisition, Exam
from doseloop.simulate.scenario.entries import Scenario
from doseloop.simulate.scenario.play import PlayedExam, played_exams


@dataclass(frozen=True, slots=True)
class ExamRow:
    """One exam as its dose report would say it, and the faults that touched it. None: the report does not say it."""

    study_uid: str
    at: datetime
    """When it began, wall clock of the site."""
    arrived_at: datetime | None
    """When its whole report first left the scanner; None where it never does."""
    scanner: str
    modality: str
    site: str
    software: str
    procedure: str
    protocol: str
    """The exam's."""
    operator: str
    """Person Name."""
    patient: str
    """Patient ID."""
    age_years: float
    sex: str
    height_m: float | None
    weight_kg: float | None
    events: int
    spirals: int
    event_protocol: str | None
    """Of the first spiral, as are the values up to length."""
    kvp: int | None
    tube_current_ma: int | None
    pitch: float | None
    total_collimation_mm: float | None
    modulation: str | None
    phantom_cm: int | None
    ctdi_vol_mgy: float | None
    length_mm: float | None
    dlp_mgy_cm: float | None
    """Whole exam."""
    dap_gy_cm2: float | None
    ka_r_mgy: float | None
    fluoroscopy_s: float | None
    faults: tuple[str, ...]


def scenario_exams(scenario: Scenario) -> Iterator[ExamRow]:
    """The exams that `play` gives, in the same order, from the same draws."""
    return map(_row, played_exams(scenario))


def _row(played: PlayedExam) -> ExamRow:
    exam, truth, patient = played.exam, played.simulated.truth, played.exam.patient
    spirals = [event for event in exam.ct_events if event.kind is codes.SPIRAL]
    first: CtAcquisition | None = spirals[0] if spirals else None
    fluoroscopy_s = round(sum(run.duration_s for run in exam.runs if run.fluoroscopy), 2)
    return ExamRow(
        study_uid=exam.study_uid,
        at=exam.started_at,
        arrived_at=_arrived_at(played, exam),
        scanner=exam.scanner.name,
        modality=exam.scanner.modality,
        site=exam.scanner.site,
        software=exam.scanner.software,
        procedure=exam.procedure,
        protocol=exam.protocol,
        operator=exam.operator,
        patient=patient.number,
        age_years=patient.age_years(exam.started_at.date()),
        sex=patient.sex,
        height_m=patient.height_m if exam.height_recorded else None,
        weight_kg=patient.weight_kg if exam.weight_recorded else None,
        events=truth.events,
        spirals=len(spirals),
        event_protocol=first.protocol if first else None,
        kvp=first.kvp if first else None,
        tube_current_ma=first.tube_current_ma if first else None,
        pitch=first.pitch if first else None,
        total_collimation_mm=first.total_collimation_mm if first else None,
        modulation=first.modulation if first else None,
        phantom_cm=first.phantom_cm if first else None,
        ctdi_vol_mgy=first.ctdi_vol_mgy if first else None,
        length_mm=first.length_mm if first else None,
        dlp_mgy_cm=truth.dlp_mgy_cm,
        dap_gy_cm2=truth.dap_gy_cm2,
        ka_r_mgy=truth.ka_r_mgy,
        fluoroscopy_s=fluoroscopy_s if exam.runs else None,
        faults=truth.faults,
    )


def _arrived_at(played: PlayedExam, exam: Exam) -> datetime | None:
    whole = len(exam.ct_events) + len(exam.runs)
    moments = (delivery.at for delivery in played.simulated.deliveries if delivery.report.events == whole)
    return min(moments, default=None)
