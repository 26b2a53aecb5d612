"""The events of a CT exam: localiser, bolus tracking, spirals, and what they give to a patient of this size."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, pow, sqrt
from random import Random

from doseloop.simulate import codes
from doseloop.simulate.chance import lognormal, uid
from doseloop.simulate.codes import Concept
from doseloop.simulate.conditions import USUAL, Conditions
from doseloop.simulate.department import CtProcedure, Scanner
from doseloop.simulate.patients import Patient
from doseloop.simulate.records import CtAcquisition

CTDI_VOL_LOG_SD = 0.20
DLP_LOG_SD = 0.25
NARROW_COLLIMATION_MM = 10.0
"""Of localisers and bolus tracking."""
LENGTH_LOG_SD = sqrt(DLP_LOG_SD**2 - CTDI_VOL_LOG_SD**2)
PHASE_LOG_SD = 0.02
"""What phases of one exam differ by; inside the scatter of the exam."""
STANDARD_WEIGHT_KG = 75.0
STANDARD_HEIGHT_M = 1.70
MGY_PER_100_MAS = {16: 13.5, 32: 6.8}
"""CTDIw at 120 kV by phantom, typical of 64-row scanners."""


@dataclass(frozen=True, slots=True)
class CtPlan:
    """One exam to be scanned."""

    seed: int
    study_uid: str
    scanner: Scanner
    procedure: CtProcedure
    patient: Patient
    started_at: datetime
    conditions: Conditions = USUAL


def typical_ctdi_vol_mgy(scanner: Scanner, procedure: CtProcedure, weight_kg: float) -> float:
    """Median CTDIvol of this scanner's protocol at a patient's weight, mGy in the procedure's phantom.

    A power law of weight stands for tube current modulation: reference * output * (weight / 75 kg) ** modulation.
    """
    output = scanner.output * scanner.protocol_output.get(procedure.name, 1.0)
    return procedure.ctdi_vol_mgy * output * pow(weight_kg / STANDARD_WEIGHT_KG, procedure.modulation)


def typical_length_mm(procedure: CtProcedure, height_m: float) -> float:
    """Median length of the main spiral, mm: in proportion to height, of the head by half as much."""
    share = height_m / STANDARD_HEIGHT_M
    return procedure.length_mm * ((1 + share) / 2 if procedure.phantom_cm == 16 else share)


def acquisitions(plan: CtPlan, draw: Random) -> tuple[CtAcquisition, ...]:
    """The irradiation events of one exam in the order of time."""
    scan = _Scan(plan, draw)
    scan.localiser()
    if plan.procedure.calcium:
        scan.calcium_score()
    if plan.procedure.bolus:
        scan.bolus_tracking()
    for _ in range(1 + plan.conditions.repeats):
        scan.spiral()
    return tuple(scan.events)


class _Scan:
    """One exam while it is being scanned: the clock, the draws of the exam and the events so far."""

    def __init__(self, plan: CtPlan, draw: Random) -> None:
        self.plan, self.draw = plan, draw
        self.events: list[CtAcquisition] = []
        self.clock = plan.started_at + timedelta(seconds=round(draw.uniform(60, 240), 2))
        conditions = plan.conditions
        exam_log_sd = sqrt(CTDI_VOL_LOG_SD**2 - PHASE_LOG_SD**2)
        dose, length = lognormal(draw, exam_log_sd), lognormal(draw, LENGTH_LOG_SD)
        if conditions.residual is not None:
            dose = exp(conditions.residual * exam_log_sd)
        self.dose_factor = conditions.dose_factor * (1.0 if conditions.typical else dose)
        self.length_factor = conditions.length_factor * (1.0 if conditions.typical else length)
        self.contrast = draw.random() < plan.procedure.contrast
        self.length_mm = typical_length_mm(plan.procedure, plan.patient.height_m) * self.length_factor
        child = plan.patient.age_years(plan.started_at.date()) < 15
        usual_kvp = plan.procedure.child_kvp if child else plan.procedure.kvp
        self.kvp = conditions.kvp or usual_kvp

    def localiser(self) -> None:
        """A scan with the tube standing still."""
        self._add("localiser", codes.CONSTANT_ANGLE, 0.14, self.length_mm + 90, kvp=120, contrast=False)

    def calcium_score(self) -> None:
        """The native steps before a coronary CT angiography."""
        self._add("calcium", codes.SEQUENCED, 0.12 * self._typical() * self.dose_factor, self.length_mm, contrast=False)

    def bolus_tracking(self) -> None:
        """One or none slice to place the region, then slices until the contrast medium arrives."""
        if "premonitoring" in self.plan.scanner.protocols[self.plan.procedure.name]:
            self._add("premonitoring", codes.STATIONARY_CT, 0.9, 10.0, contrast=False)
        slices = self.draw.randint(4, 12)
        self._add("monitoring", codes.STATIONARY_CT, 0.85 * slices, 10.0, contrast=True)

    def spiral(self) -> None:
        """The diagnostic spiral."""
        ctdi_vol_mgy = self._typical() * self.dose_factor
        if not self.plan.conditions.typical:
            ctdi_vol_mgy *= lognormal(self.draw, PHASE_LOG_SD)
        self._add("spiral", codes.SPIRAL, ctdi_vol_mgy, self.length_mm, contrast=self.contrast)

    def _typical(self) -> float:
        return typical_ctdi_vol_mgy(self.plan.scanner, self.plan.procedure, self.plan.patient.weight_kg)

    def _add(
        self, phase: str, kind: Concept, ctdi_vol_mgy: float, length_mm: float, contrast: bool, kvp: int | None = None
    ) -> None:
        event = self._event(phase, kind, round(ctdi_vol_mgy, 2), round(length_mm, 1), contrast, kvp or self.kvp)
        self.events.append(event)
        self.clock = event.ended_at + timedelta(seconds=round(self.draw.uniform(15, 90), 2))

    def _event(
        self, phase: str, kind: Concept, ctdi_vol_mgy: float, length_mm: float, contrast: bool, kvp: int
    ) -> CtAcquisition:
        procedure, scanner, conditions = self.plan.procedure, self.plan.scanner, self.plan.conditions
        spiral, localiser = kind is codes.SPIRAL, kind is codes.CONSTANT_ANGLE
        phantom_cm = 32 if localiser else procedure.phantom_cm
        pitch = (conditions.pitch or procedure.pitch) if spiral else None
        current_ma = 35 if localiser else _tube_current_ma(ctdi_vol_mgy, phantom_cm, kvp, pitch, procedure.rotation_s)
        dosed = scanner.localiser_dose or not localiser
        return CtAcquisition(
            uid=uid(self.plan.seed, self.plan.study_uid, "event", len(self.events)),
            started_at=self.clock,
            protocol=scanner.protocols[procedure.name].get(phase, phase.capitalize())
            + (conditions.protocol_suffix if spiral else ""),
            region=codes.REGIONS[procedure.region],
            kind=kind,
            contrast=contrast,
            kvp=kvp,
            tube_current_ma=current_ma,
            max_tube_current_ma=current_ma if localiser else round(current_ma * 1.3),
            exposure_time_s=_exposure_time_s(length_mm, scanner, pitch, procedure.rotation_s, kind),
            rotation_s=None if localiser else procedure.rotation_s,
            pitch=pitch,
            length_mm=length_mm,
            single_collimation_mm=scanner.single_collimation_mm,
            total_collimation_mm=scanner.total_collimation_mm if spiral else NARROW_COLLIMATION_MM,
            modulation=scanner.tube_current_modulation if spiral and not conditions.fixed_current else "NONE",
            phantom_cm=phantom_cm,
            ctdi_vol_mgy=ctdi_vol_mgy if dosed else None,
            dlp_mgy_cm=round(ctdi_vol_mgy * length_mm / 10, 2) if dosed else None,
        )


def _tube_current_ma(ctdi_vol_mgy: float, phantom_cm: int, kvp: int, pitch: float | None, rotation_s: float) -> int:
    per_mas = MGY_PER_100_MAS[phantom_cm] / 100 * pow(kvp / 120, 2.4)
    return max(10, round(ctdi_vol_mgy * (pitch or 1.0) / (per_mas * rotation_s)))


def _exposure_time_s(
    length_mm: float, scanner: Scanner, pitch: float | None, rotation_s: float, kind: Concept
) -> float:
    if kind is codes.CONSTANT_ANGLE:
        return round(length_mm / 100, 2)
    if pitch is not None:
        return round(length_mm / (pitch * scanner.total_collimation_mm) * rotation_s, 2)
    return round(max(1.0, length_mm / scanner.total_collimation_mm) * rotation_s, 2)
