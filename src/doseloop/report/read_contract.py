"""The stable JSON of `doseloop read --json`: one object's reading as plain values."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, TypeVar

from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.dose_object import DoseObject, ReadResult
from doseloop.model.errors import DoseloopError
from doseloop.model.image import ImageHeader
from doseloop.model.mr import MrSeries
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.model.tracer import Administration

R = TypeVar("R", PlaneTotals, Administration)

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


_OF_REPORTS = ("plane", "target_region")
"""Fields of a projection event that the contract has of reports alone."""
_TRACER_FIELDS = (
    *("event_uid", "started_at", "activity_mbq", "half_life_s", "radionuclide", "route", "effective_dose_msv"),
    *("stopped_at", "pre_activity_mbq", "post_activity_mbq", "extravasation_activity_mbq"),
)
_MR_FIELDS = (
    *("started_at", "protocol", "sequence", "sar_whole_body_w_kg", "sar_head_w_kg", "sar_local_w_kg", "b1_rms_ut"),
    *("db_dt_t_s", "operating_mode"),
)


def contract(file: str, result: ReadResult) -> dict[str, object]:
    """One object that carries dose. Missing values are None, never 0; numbers are not rounded."""
    dose = result.dose
    return {
        "file": file,
        "accepted": True,
        "kind": dose.kind,
        **({} if dose.kind == "tracer report" else {"modality": dose.modality}),
        "study": _fields(dose.study, ("study_uid", "date", "accession_number")),
        "patient": _fields(dose.patient, ("age_years", "sex", "height_m", "weight_kg")),
        "equipment": _fields(dose.equipment, ("manufacturer", "model", "station_name")),
        "totals": _totals(dose),
        "events": [
            *map(_ct_event, dose.ct_events),
            *map(_projection_event, dose.projection_events),
            *map(_administration, dose.administrations),
            *map(_mr_series, dose.mr_series),
        ],
        "missing": list(dose.missing),
    }


def not_accepted(file: str, error: DoseloopError | OSError) -> dict[str, object]:
    """One object that carries no dose or cannot be used, and why."""
    code = error.code if isinstance(error, DoseloopError) else "file"
    return {"file": file, "accepted": False, "reason": str(error), "code": code}


def _totals(dose: DoseObject) -> dict[str, object]:
    """What the object states, planes added up, of an image its own exposure; None where it states nothing."""
    ct = dose.ct_totals
    planes = {name: _sum_of(dose.plane_totals, attrgetter(name)) for name in _PLANE_TOTALS}
    return {
        "dlp_mgy_cm": _plain(ct.dlp_mgy_cm) if ct else None,
        **planes,
        **(_image_totals(dose.projection_events[0]) if dose.image and dose.projection_events else {}),
        "events": len(dose.ct_events) + len(dose.projection_events),
        "administrations": len(dose.administrations),
        "activity_mbq": _sum_of(dose.administrations, attrgetter("activity_mbq")),
    }


def _image_totals(event: ProjectionEvent) -> dict[str, object]:
    breasts = {"L": "agd_left_mgy", "R": "agd_right_mgy"}
    name = breasts.get(event.laterality or "")
    return {"dap_gy_cm2": _plain(event.dap_gy_cm2), **({name: _plain(event.agd_mgy)} if name else {})}


def _sum_of(records: Iterable[R], get: Callable[[R], Reading[float] | None]) -> float | None:
    values = [reading.value for reading in map(get, records) if reading is not None]
    return sum(values) if values else None


def _ct_event(event: CtEvent) -> dict[str, object]:
    sources = [_source(source) for source in event.sources]
    return {
        "type": _plain(event.acquisition_type),
        **_fields(event, _CT_FIELDS),
        "sources": sources,
        **_image_uid(event.image),
    }


def _source(source: CtSource) -> dict[str, object]:
    return {"id": source.identification, **_fields(source, _SOURCE_FIELDS)}


def _projection_event(event: ProjectionEvent) -> dict[str, object]:
    read = {"type": _plain(event.irradiation_type), **_fields(event, _PROJECTION_FIELDS)}
    if event.image is None:
        return read
    return {**read, **dict.fromkeys(_OF_REPORTS), "sop_instance_uid": event.image.sop_instance_uid}


def _administration(event: Administration) -> dict[str, object]:
    return {**_fields(event, _TRACER_FIELDS), **_image_uid(event.image)}


def _mr_series(series: MrSeries) -> dict[str, object]:
    return {**_fields(series, _MR_FIELDS), **_image_uid(series.image)}


def _image_uid(image: ImageHeader | None) -> dict[str, object]:
    return {"sop_instance_uid": image.sop_instance_uid} if image else {}


def _fields(record: object, names: Iterable[str]) -> dict[str, object]:
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: Any) -> object:
    """A reading without its provenance; of a code its meaning as written."""
    if isinstance(value, Reading):
        value = value.value
    return value.meaning or value.value if isinstance(value, Code) else value
