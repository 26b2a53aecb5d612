"""The stable JSON of `doseloop read --json`: one object's reading as plain values."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.dose_object import DoseObject, ReadResult
from doseloop.model.errors import DoseloopError
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Reading

_PLANE_TOTALS = (
    *("dap_gy_cm2", "ka_r_mgy", "fluoro_time_s", "fluoro_dap_gy_cm2", "acquisition_dap_gy_cm2"),
    *("fluoro_ka_r_mgy", "acquisition_ka_r_mgy", "agd_left_mgy", "agd_right_mgy"),
)
_CT_FIELDS = (
    *("event_uid", "started_at", "protocol", "target_region", "ctdi_vol_mgy", "dlp_mgy_cm", "phantom_cm"),
    *("scanning_length_mm", "pitch", "single_collimation_mm", "total_collimation_mm", "exposure_time_ms"),
    "effective_dose_msv",
)
_SOURCE_FIELDS = ("kvp", "tube_current_ma", "max_tube_current_ma", "rotation_time_s")
_PROJECTION_FIELDS = (
    *("event_uid", "started_at", "plane", "target_region", "protocol", "laterality", "dap_gy_cm2", "ka_r_mgy"),
    *("entrance_exposure_mgy", "agd_mgy", "half_value_layer_mm", "compression_thickness_mm", "compression_force_n"),
    *("anode", "kvp", "tube_current_ma", "exposure_time_ms", "exposure_mas", "pulses", "pulse_rate_per_s"),
    *("pulse_width_ms", "irradiation_duration_s", "primary_angle_deg", "secondary_angle_deg"),
    *("primary_end_angle_deg", "secondary_end_angle_deg", "column_angulation_deg", "source_detector_mm"),
    *("source_isocentre_mm", "source_reference_point_mm", "focal_spot_mm", "field_area_cm2", "exposure_index"),
    *("target_exposure_index", "deviation_index"),
)


def contract(file: str, result: ReadResult) -> dict[str, object]:
    """One object that carries dose. Missing values are None, never 0; numbers are not rounded."""
    dose = result.dose
    return {
        "file": file,
        "accepted": True,
        "modality": dose.modality,
        "study": _fields(dose.study, ("study_uid", "date", "accession_number")),
        "patient": _fields(dose.patient, ("age_years", "sex", "height_m", "weight_kg")),
        "equipment": _fields(dose.equipment, ("manufacturer", "model", "station_name")),
        "totals": _totals(dose),
        "events": [*map(_ct_event, dose.ct_events), *map(_projection_event, dose.projection_events)],
        "missing": list(dose.missing),
    }


def not_accepted(file: str, error: DoseloopError | OSError) -> dict[str, object]:
    """One object that carries no dose or cannot be used, and why."""
    code = error.code if isinstance(error, DoseloopError) else "file"
    return {"file": file, "accepted": False, "reason": str(error), "code": code}


def _totals(dose: DoseObject) -> dict[str, object]:
    """What the object states, planes added up; None where no plane states it."""
    ct = dose.ct_totals
    planes = {name: _sum_of(dose.plane_totals, attrgetter(name)) for name in _PLANE_TOTALS}
    return {
        "dlp_mgy_cm": _plain(ct.dlp_mgy_cm) if ct else None,
        **planes,
        "events": len(dose.ct_events) + len(dose.projection_events),
        "administrations": 0,
        "activity_mbq": None,
    }


def _sum_of(planes: Iterable[PlaneTotals], get: Callable[[PlaneTotals], Reading[float] | None]) -> float | None:
    values = [reading.value for reading in map(get, planes) if reading is not None]
    return sum(values) if values else None


def _ct_event(event: CtEvent) -> dict[str, object]:
    sources = [_source(source) for source in event.sources]
    return {"type": _plain(event.acquisition_type), **_fields(event, _CT_FIELDS), "sources": sources}


def _source(source: CtSource) -> dict[str, object]:
    return {"id": source.identification, **_fields(source, _SOURCE_FIELDS)}


def _projection_event(event: ProjectionEvent) -> dict[str, object]:
    return {"type": _plain(event.irradiation_type), **_fields(event, _PROJECTION_FIELDS)}


def _fields(record: object, names: Iterable[str]) -> dict[str, object]:
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: Any) -> object:
    """A reading without its provenance; of a code its meaning as written."""
    if isinstance(value, Reading):
        value = value.value
    return value.meaning or value.value if isinstance(value, Code) else value
