"""Draws one exam: patient, order, people and events."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from doseloop.simulate import angiography, codes, ct
from doseloop.simulate.angiography import AngiographyPlan
from doseloop.simulate.chance import uid
from doseloop.simulate.conditions import USUAL, Conditions
from doseloop.simulate.ct import CtPlan
from doseloop.simulate.department import CtProcedure, Department, Scanner
from doseloop.simulate.patients import Patient, patient_for
from doseloop.simulate.records import CtAcquisition, Exam, XrayRun

INTENTS = {
    "diagnostic": codes.DIAGNOSTIC_INTENT,
    "therapeutic": codes.THERAPEUTIC_INTENT,
    "combined": codes.COMBINED_INTENT,
}
HEIGHT_MISSING_TOO = 0.8
HEIGHT_MISSING_ALONE = 0.04


@dataclass(frozen=True, slots=True)
class Visit:
    """Whom an exam is done on and who irradiates, where that is known before."""

    patient: Patient
    operator: str
    """As the department writes it: `T. Brandt`."""


def draw_exam(
    department: Department,
    scanner: Scanner,
    procedure_name: str,
    started_at: datetime,
    accession: str,
    seed: int,
    draw: Random,
    conditions: Conditions = USUAL,
    who: Visit | None = None,
) -> Exam:
    """One exam on a scanner; the accession number makes its UIDs. Patient and operator are drawn where `who` is None."""
    procedure = department.procedures[procedure_name]
    study_uid = uid(seed, "study", accession)
    patient = who.patient if who else patient_for(procedure, department.patient_issuer, started_at.date(), seed, draw)
    weight_recorded = draw.random() >= scanner.weight_missing
    height_missing = HEIGHT_MISSING_ALONE if weight_recorded else HEIGHT_MISSING_TOO
    ct_events: tuple[CtAcquisition, ...] = ()
    runs: tuple[XrayRun, ...] = ()
    if isinstance(procedure, CtProcedure):
        ct_plan = CtPlan(seed, study_uid, scanner, procedure, patient, started_at, conditions)
        ct_events = ct.acquisitions(ct_plan, draw)
    else:
        room_plan = AngiographyPlan(seed, study_uid, scanner, procedure, patient, started_at, conditions)
        runs = angiography.runs(room_plan, draw)
    return Exam(
        seed=seed,
        study_uid=study_uid,
        accession=accession,
        scanner=scanner,
        procedure=procedure_name,
        description=department.description(scanner, procedure_name),
        protocol=scanner.protocols[procedure_name]["exam"] + conditions.protocol_suffix,
        patient=patient,
        height_recorded=draw.random() >= height_missing,
        weight_recorded=weight_recorded,
        operator=person_name(who.operator if who else draw.choice(department.operators)),
        physician=person_name(draw.choice(department.physicians)),
        started_at=started_at,
        intent=codes.DIAGNOSTIC_INTENT if isinstance(procedure, CtProcedure) else INTENTS[procedure.intent],
        ct_events=ct_events,
        runs=runs,
    )


def person_name(label: str) -> str:
    """A staff name such as `T. Brandt` or `Dr. Keller` as Person Name (PS3.5 section 6.2.1)."""
    first, family = label.split(" ", 1)
    return f"{family}^^^{first}" if first == "Dr." else f"{family}^{first}"
