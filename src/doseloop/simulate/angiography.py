"""The events of an angiography or fluoroscopy exam: fluoroscopy runs and acquisitions with their geometry."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, pow, sqrt
from random import Random

from doseloop.simulate import codes
from doseloop.simulate.chance import lognormal, uid
from doseloop.simulate.conditions import USUAL, Conditions
from doseloop.simulate.department import AngiographyProcedure, Scanner
from doseloop.simulate.patients import Patient
from doseloop.simulate.records import XrayRun

STANDARD_WEIGHT_KG = 75.0
RUN_LOG_SD = 0.5
FIELD_LOG_SD = 0.08
REFERENCE_POINT_FROM_ISOCENTRE_MM = 150.0
MGY_PER_MAS_AT_1_M = {True: 0.02, False: 0.045}
"""Air kerma at 80 kV behind the copper of fluoroscopy and of acquisitions."""
SMALLEST_CURRENT_MA = 3.0
LARGEST_CURRENT_MA = 900.0
COPPER_MM = {True: (0.3, 0.6, 0.9), False: (0.1, 0.1, 0.2)}


@dataclass(frozen=True, slots=True)
class AngiographyPlan:
    """One exam to be done."""

    seed: int
    study_uid: str
    scanner: Scanner
    procedure: AngiographyProcedure
    patient: Patient
    started_at: datetime
    conditions: Conditions = USUAL


@dataclass(frozen=True, slots=True)
class _Run:
    """A run before its dose is known: kind, plane, view and share of the exam's DAP."""

    fluoroscopy: bool
    plane: str
    view: tuple[float, float]
    share: float


def typical_dap_gy_cm2(scanner: Scanner, procedure: AngiographyProcedure, weight_kg: float) -> float:
    """Median DAP of the whole procedure on this scanner at a patient's weight, Gy·cm²."""
    output = scanner.output * scanner.protocol_output.get(procedure.name, 1.0)
    return procedure.dap_gy_cm2 * output * pow(weight_kg / STANDARD_WEIGHT_KG, procedure.modulation)


def runs(plan: AngiographyPlan, draw: Random) -> tuple[XrayRun, ...]:
    """The irradiation events of one exam in the order of time; of biplane acquisitions both planes at once."""
    conditions, procedure = plan.conditions, plan.procedure
    scatter = lognormal(draw, procedure.log_sd)
    if conditions.residual is not None:
        scatter = exp(conditions.residual * procedure.log_sd)
    complexity = 1.0 if conditions.typical else scatter
    factor = conditions.dose_factor * conditions.length_factor * complexity
    dap_gy_cm2 = typical_dap_gy_cm2(plan.scanner, procedure, plan.patient.weight_kg) * factor
    fluoro_s = procedure.fluoro_s * conditions.length_factor * pow(complexity, 0.8) * lognormal(draw, 0.2)
    room = _Room(plan, draw, dap_gy_cm2, fluoro_s)
    for run in _sequence(plan, draw, sqrt(complexity)):
        room.expose(run)
    return tuple(room.events)


def _sequence(plan: AngiographyPlan, draw: Random, length: float) -> list[_Run]:
    procedure = plan.procedure
    biplane = procedure.name in plan.scanner.biplane
    mono = "A" if plan.scanner.biplane else "single"
    fluoro_runs = max(2, round(procedure.fluoro_runs * length))
    # Fluoroscopy comes first; the rest takes turns as it falls.
    kinds = [True] * (fluoro_runs - 1) + [False] * max(1, round(procedure.acquisitions * length))
    draw.shuffle(kinds)
    drafts: list[_Run] = []
    for fluoroscopy in [True, *kinds]:
        view = draw.choice(procedure.views)
        drafts.append(_Run(fluoroscopy, "A" if biplane else mono, view, _effort(view, draw)))
        if biplane and (not fluoroscopy or draw.random() < 0.35):
            lateral = (90.0 - abs(view[0]), 0.0)
            drafts.append(_Run(fluoroscopy, "B", lateral, _effort(lateral, draw) * 0.8))
    return _shared_out(drafts, procedure.fluoro_share)


def _effort(view: tuple[float, float], draw: Random) -> float:
    steepness = 1 + abs(view[0]) / 110 + abs(view[1]) / 60
    return steepness * lognormal(draw, RUN_LOG_SD)


def _shared_out(drafts: list[_Run], fluoro_share: float) -> list[_Run]:
    whole = {kind: sum(run.share for run in drafts if run.fluoroscopy is kind) for kind in (True, False)}
    part = {True: fluoro_share, False: 1 - fluoro_share}
    return [
        _Run(run.fluoroscopy, run.plane, run.view, run.share / whole[run.fluoroscopy] * part[run.fluoroscopy])
        for run in drafts
    ]


@dataclass(frozen=True, slots=True)
class _Technique:
    """What the tube does in a run to give its air kerma at the reference point."""

    kvp: float
    tube_current_ma: float
    pulses: int
    pulse_rate_per_s: float
    pulse_width_ms: float
    duration_s: float
    exposure_time_ms: float


class _Room:
    """One exam while it is being done: the clock, the table and the events so far."""

    def __init__(self, plan: AngiographyPlan, draw: Random, dap_gy_cm2: float, fluoro_s: float) -> None:
        self.plan, self.draw = plan, draw
        self.dap_gy_m2, self.fluoro_s = dap_gy_cm2 / 1e4, fluoro_s
        self.events: list[XrayRun] = []
        self.clock = plan.started_at + timedelta(seconds=round(draw.uniform(300, 900), 2))
        self.table = [draw.uniform(-60, 60), draw.uniform(-40, 40), draw.uniform(-20, 120)]

    def expose(self, draft: _Run) -> None:
        """Make one run and move on; a run of plane B begins with that of plane A before it."""
        together = draft.plane == "B"
        started_at = self.events[-1].started_at if together else self.clock
        if not together:
            self.table = [place + self.draw.gauss(0, 8) for place in self.table]
        event = self._event(draft, started_at)
        self.events.append(event)
        self.clock = max(self.clock, event.ended_at + timedelta(seconds=round(self.draw.uniform(5, 75), 2)))

    def _event(self, draft: _Run, started_at: datetime) -> XrayRun:
        scanner, procedure, draw = self.plan.scanner, self.plan.procedure, self.draw
        dap_gy_m2 = max(round(self.dap_gy_m2 * draft.share, 8), 1e-8)
        source_detector_mm = round(procedure.detector_mm + draw.gauss(0, 25))
        field_area_m2 = round((procedure.field_mm / 1000 * lognormal(draw, FIELD_LOG_SD)) ** 2, 5)
        reference_mm = scanner.source_isocentre_mm - REFERENCE_POINT_FROM_ISOCENTRE_MM
        ka_r_gy = max(round(dap_gy_m2 / (field_area_m2 * (reference_mm / source_detector_mm) ** 2), 6), 1e-6)
        technique = self._technique(draft, ka_r_gy, reference_mm)
        longitudinal_mm, lateral_mm, height_mm = (round(place, 1) for place in self.table)
        return XrayRun(
            uid=uid(self.plan.seed, self.plan.study_uid, "event", len(self.events)),
            started_at=started_at,
            protocol=scanner.protocols[procedure.name]["fluoroscopy" if draft.fluoroscopy else "acquisition"],
            fluoroscopy=draft.fluoroscopy,
            plane=draft.plane,
            region=codes.REGIONS[procedure.region],
            dap_gy_m2=round(dap_gy_m2 * self.plan.conditions.dap_factor, 10),
            ka_r_gy=ka_r_gy,
            primary_deg=round(draft.view[0] + draw.gauss(0, 2), 1),
            secondary_deg=round(draft.view[1] + draw.gauss(0, 2), 1),
            kvp=technique.kvp,
            tube_current_ma=technique.tube_current_ma,
            pulses=technique.pulses,
            pulse_rate_per_s=technique.pulse_rate_per_s,
            pulse_width_ms=technique.pulse_width_ms,
            duration_s=technique.duration_s,
            exposure_time_ms=technique.exposure_time_ms,
            exposure_uas=round(technique.tube_current_ma * technique.exposure_time_ms),
            focal_spot_mm=0.4 if draft.fluoroscopy else 0.7,
            copper_mm=draw.choice(COPPER_MM[draft.fluoroscopy]),
            aluminium_mm=1.0 if scanner.manufacturer == "Philips" else None,
            field_area_m2=field_area_m2,
            source_detector_mm=source_detector_mm,
            source_isocentre_mm=scanner.source_isocentre_mm,
            table_longitudinal_mm=longitudinal_mm,
            table_lateral_mm=lateral_mm,
            table_height_mm=height_mm,
        )

    def _technique(self, draft: _Run, ka_r_gy: float, reference_mm: float) -> _Technique:
        procedure, draw = self.plan.procedure, self.draw
        duration_s, kvp = self._duration_s(draft), self._kvp(draft)
        rate = procedure.pulse_rate if draft.fluoroscopy else procedure.frames_per_s
        pulses = max(1, round(duration_s * rate))
        per_mas = MGY_PER_MAS_AT_1_M[draft.fluoroscopy] * (kvp / 80) ** 3 / (reference_mm / 1000) ** 2
        per_pulse_ma_ms = ka_r_gy * 1e6 / pulses / per_mas
        usual_ms = draw.uniform(4, 9) if draft.fluoroscopy else draw.uniform(5, 8)
        width_ms = round(max(usual_ms, per_pulse_ma_ms / LARGEST_CURRENT_MA), 1)
        current_ma = round(max(per_pulse_ma_ms / width_ms, SMALLEST_CURRENT_MA), 1)
        return _Technique(kvp, current_ma, pulses, rate, width_ms, duration_s, round(pulses * width_ms, 1))

    def _duration_s(self, draft: _Run) -> float:
        if draft.fluoroscopy:
            return max(0.2, round(self.fluoro_s * draft.share / self.plan.procedure.fluoro_share, 2))
        procedure = self.plan.procedure
        return round(max(1 / procedure.frames_per_s, procedure.run_s * lognormal(self.draw, 0.25)), 2)

    def _kvp(self, draft: _Run) -> float:
        steepness = abs(draft.view[0]) / 12 + abs(draft.view[1]) / 6
        size = 0.12 * (self.plan.patient.weight_kg - STANDARD_WEIGHT_KG)
        return round(min(max(self.plan.procedure.kvp + size + steepness + self.draw.gauss(-4, 2), 50), 125), 1)
