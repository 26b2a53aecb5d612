"""One exam as its page shows it: header, patient, totals and parts. Events stand in `exam_events`."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.model.quantities import units_shown
from doseloop.model.value_repair import RepairedValue
from doseloop.store import visible
from doseloop.store.estimate_columns import TOTALS
from doseloop.store.models import Exam, Identity, Part, Scanner


@dataclass(frozen=True, slots=True)
class SiteShown:
    """A site: its name, zone (IANA) and display units by quantity."""

    id: int
    name: str
    zone: str
    units: dict[str, str]


@dataclass(frozen=True, slots=True)
class ScannerShown:
    """A scanner as people call it, and as its objects name it."""

    id: int
    name: str
    manufacturer: str
    model: str
    station_name: str
    serial_number: str
    software_versions: str


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Who the patient is; read only within a scope that shows identity. The number is empty where it can join nothing."""

    name: str
    number: str
    issuer: str
    birth_date: date | None


@dataclass(frozen=True, slots=True)
class PartDetail:
    """A procedure within the exam. Missing values are None."""

    id: int
    position: int
    modality: str
    procedure_key: str | None
    procedure_name: str | None
    evidence: tuple[Any, ...]
    age_band: str
    phantom_cm: int | None
    dlp_mgy_cm: float | None
    ctdi_vol_mgy: float | None
    dap_gy_cm2: float | None
    ka_r_mgy: float | None
    fluoro_time_s: float | None
    agd_left_mgy: float | None
    agd_right_mgy: float | None
    activity_mbq: float | None
    effective_dose_msv: float | None
    effective_dose_estimate_msv: float | None
    """Computed, as the next two are: by the calibration of the tube."""
    dap_corrected_gy_cm2: float | None
    ka_r_corrected_mgy: float | None
    is_estimate: bool
    eligible: bool


@dataclass(frozen=True, slots=True)
class ExamDetail:
    """An exam with its parts. Missing values are None, missing words empty."""

    id: int
    site: SiteShown
    scanner: ScannerShown
    patient_key: int
    patient: PatientIdentity | None
    """None where the scope shows no identity, or none was recorded."""
    study_uid: str
    accession_number: str
    modality: str
    started_at: str
    zone: str
    zone_source: str
    description: str
    protocol_name: str
    requested_procedure: str
    age_years: float | None
    age_known_to: str
    sex: str
    height_m: float | None
    height_source: str
    height_measured_at: str
    weight_kg: float | None
    weight_source: str
    weight_measured_at: str
    dlp_mgy_cm: float | None
    dap_gy_cm2: float | None
    ka_r_mgy: float | None
    fluoro_time_s: float | None
    agd_left_mgy: float | None
    agd_right_mgy: float | None
    activity_mbq: float | None
    effective_dose_msv: float | None
    effective_dose_estimate_msv: float | None
    """Computed, as the next two are: by the calibration of the tube."""
    dap_corrected_gy_cm2: float | None
    ka_r_corrected_mgy: float | None
    totals: tuple[dict[str, Any], ...]
    """For each part and quantity what objects state, what events add up to and which is used."""
    issues: tuple[str, ...]
    repairs: tuple[RepairedValue, ...]
    """Stated totals that a rule of a person repaired."""
    event_count: int
    received_at: datetime
    settled: bool
    excluded_as: str
    excluded_reason: str
    operators: tuple[str, ...]
    """Empty where the scope shows no operators."""
    physicians: tuple[str, ...]
    parts: tuple[PartDetail, ...]


def exam_detail(scope: Scope, exam: int) -> ExamDetail:
    """The exam, its patient as far as the scope allows, and its parts.

    Errors: `NotVisible` where there is none, or none at a site of the scope.
    """
    row = visible.exams(scope).select_related("site", "scanner").filter(pk=exam).first()
    if row is None:
        raise NotVisible(f"There is no exam {exam}.")
    return _detail(scope, row)


def current_identities(scope: Scope, patients: set[int]) -> dict[int, PatientIdentity]:
    """Who the patients (keys) are; empty where the scope shows no identity."""
    if not scope.identity:
        return {}
    rows = Identity.objects.filter(patient_id__in=patients, current=True).order_by("recorded_at")
    return {
        row.patient_id: PatientIdentity(row.name, row.number if row.joins else "", row.issuer, row.birth_date)
        for row in rows
    }


def _detail(scope: Scope, row: Exam) -> ExamDetail:
    people = _people(row) if scope.operators else {}
    return ExamDetail(
        id=row.pk,
        site=SiteShown(row.site.pk, row.site.name, row.site.zone, units_shown(row.site.units)),
        scanner=scanner_shown(row.scanner),
        patient_key=row.patient_id,
        patient=current_identities(scope, {row.patient_id}).get(row.patient_id),
        **{name: getattr(row, name) for name in _PLAIN},
        totals=tuple(row.totals),
        issues=tuple(row.issues),
        repairs=tuple(RepairedValue(**one) for one in row.repairs or ()),
        operators=people.get("operator", ()),
        physicians=people.get("physician", ()),
        parts=tuple(_part(part) for part in row.parts.select_related("procedure").order_by("position")),
    )


def _people(row: Exam) -> dict[str, tuple[str, ...]]:
    """Names by part played; a merged name is the one that it was merged into."""
    found: dict[str, set[str]] = defaultdict(set)
    for part, whom, name in row.people.values_list("part", "person__whom__name", "person__name"):
        found[part].add(whom or name)
    return {part: tuple(sorted(names)) for part, names in found.items()}


_PLAIN = (
    "study_uid", "accession_number", "modality", "started_at", "zone", "zone_source", "description", "protocol_name",
    "requested_procedure", "age_years", "age_known_to", "sex", "height_m", "height_source", "height_measured_at",
    "weight_kg", "weight_source", "weight_measured_at", "dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy",
    "fluoro_time_s", "agd_left_mgy", "agd_right_mgy", "activity_mbq", "effective_dose_msv", *TOTALS, "event_count",
    "received_at", "settled", "excluded_as", "excluded_reason",
)  # fmt: skip


def scanner_shown(row: Scanner) -> ScannerShown:
    """The scanner's row as a record."""
    return ScannerShown(
        row.pk, row.name, row.manufacturer, row.model, row.station_name, row.serial_number, row.software_versions
    )


def _part(row: Part) -> PartDetail:
    return PartDetail(
        id=row.pk,
        position=row.position,
        modality=row.modality,
        procedure_key=row.procedure_id,
        procedure_name=row.procedure.name if row.procedure else None,
        evidence=tuple(row.evidence),
        age_band=row.age_band,
        phantom_cm=row.phantom_cm,
        dlp_mgy_cm=row.dlp_mgy_cm,
        ctdi_vol_mgy=row.ctdi_vol_mgy,
        dap_gy_cm2=row.dap_gy_cm2,
        ka_r_mgy=row.ka_r_mgy,
        fluoro_time_s=row.fluoro_time_s,
        agd_left_mgy=row.agd_left_mgy,
        agd_right_mgy=row.agd_right_mgy,
        activity_mbq=row.activity_mbq,
        effective_dose_msv=row.effective_dose_msv,
        **{name: getattr(row, name) for name in TOTALS},
        is_estimate=row.is_estimate,
        eligible=row.eligible,
    )
