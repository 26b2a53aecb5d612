"""What happened in one exam of the virtual hospital, before any of it is written as DICOM."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from doseloop.simulate.codes import Concept
from doseloop.simulate.department import Scanner
from doseloop.simulate.patients import Patient


@dataclass(frozen=True, slots=True)
class CtAcquisition:
    """One CT irradiation event (TID 10013)."""

    uid: str
    started_at: datetime
    protocol: str
    region: Concept
    kind: Concept
    """CT Acquisition Type, CID 10013."""
    contrast: bool
    kvp: int
    tube_current_ma: int
    max_tube_current_ma: int
    exposure_time_s: float
    rotation_s: float | None
    """None for a tube that stands still."""
    pitch: float | None
    """None where it is not a spiral."""
    length_mm: float
    """Scanning length."""
    single_collimation_mm: float
    total_collimation_mm: float
    modulation: str
    phantom_cm: int
    ctdi_vol_mgy: float | None
    """None where the scanner writes no CT Dose for this event."""
    dlp_mgy_cm: float | None

    @property
    def ended_at(self) -> datetime:
        """End of the irradiation."""
        return self.started_at + timedelta(seconds=self.exposure_time_s)


@dataclass(frozen=True, slots=True)
class XrayRun:
    """One fluoroscopy run or acquisition of an angiography system (TID 10003)."""

    uid: str
    started_at: datetime
    protocol: str
    fluoroscopy: bool
    plane: str
    """`single`, `A` or `B`."""
    region: Concept
    dap_gy_m2: float
    ka_r_gy: float
    primary_deg: float
    secondary_deg: float
    kvp: float
    tube_current_ma: float
    pulses: int
    pulse_rate_per_s: float
    pulse_width_ms: float
    duration_s: float
    exposure_time_ms: float
    exposure_uas: int
    focal_spot_mm: float
    copper_mm: float
    aluminium_mm: float | None
    """None where the maker writes no aluminium filter."""
    field_area_m2: float
    """At the detector."""
    source_detector_mm: int
    source_isocentre_mm: float
    table_longitudinal_mm: float
    table_lateral_mm: float
    table_height_mm: float

    @property
    def ended_at(self) -> datetime:
        """End of the irradiation."""
        return self.started_at + timedelta(seconds=self.duration_s)


@dataclass(frozen=True, slots=True)
class Exam:
    """One study: who, where, when, and the events in the order of time."""

    seed: int
    study_uid: str
    accession: str
    scanner: Scanner
    procedure: str
    description: str
    protocol: str
    patient: Patient
    height_recorded: bool
    weight_recorded: bool
    operator: str
    physician: str
    started_at: datetime
    intent: Concept
    ct_events: tuple[CtAcquisition, ...] = ()
    runs: tuple[XrayRun, ...] = ()

    @property
    def ended_at(self) -> datetime:
        """End of the last irradiation."""
        events: tuple[CtAcquisition | XrayRun, ...] = self.ct_events or self.runs
        return max(event.ended_at for event in events)


@dataclass(frozen=True, slots=True)
class Report:
    """One dose report of an exam, as far as the exam had come."""

    exam: Exam
    number: int
    """Instance number within the study, from 1."""
    events: int
    """How many of the exam's events it holds, the first ones."""
    made_at: datetime
