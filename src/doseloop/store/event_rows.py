"""Rows of events: the columns that lists and facts need, and the whole event packed beside them."""

from dataclasses import asdict, dataclass
from typing import Any

from doseloop.harmonise.radionuclides import product_name, radionuclide
from doseloop.harmonise.target_filter import target_filter
from doseloop.model.ct import CtEvent
from doseloop.model.exam import EVENT_KINDS, Event, ExamEvent
from doseloop.model.mr import MrSeries
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.model.tracer import Administration
from doseloop.store.packing import pack, unpack

Columns = dict[str, Any]

_CT = ("ctdi_vol_mgy", "dlp_mgy_cm", "exposure_time_ms", "exposure_mas", "pitch", "scanning_length_mm")
_PROJECTION = (
    *("dap_gy_cm2", "ka_r_mgy", "kvp", "tube_current_ma", "exposure_time_ms", "exposure_mas", "agd_mgy"),
    *("entrance_exposure_mgy", "compression_thickness_mm", "compression_force_n", "exposure_index"),
    *("target_exposure_index", "deviation_index"),
)
_TRACER = ("activity_mbq", "effective_dose_msv")
_MR = ("sar_whole_body_w_kg", "sar_head_w_kg", "b1_rms_ut")


@dataclass(frozen=True, slots=True)
class EventPlace:
    """Where in the record an event stands."""

    exam: int
    part: int
    position: int
    """Counted from 0 over the exam."""


def event_row(event: ExamEvent, place: EventPlace) -> Columns:
    """The columns of an event's row by attribute."""
    detail = event.detail
    return {
        "exam_id": place.exam,
        "part_id": place.part,
        "position": place.position,
        "object_id": event.object,
        "role": event.role,
        "kind": event.kind,
        "event_uid": detail.event_uid.value if detail.event_uid else "",
        "started_at": detail.started_at.value if detail.started_at else "",
        "detail": pack(detail),
        "repairs": [asdict(one) for one in event.repairs] or None,
        **_columns(detail),
    }


def event_of_row(kind: str, detail: bytes) -> Event:
    """The event as it counts. Errors: `KeyError` for a kind that there is not."""
    return unpack(detail, EVENT_KINDS[kind])


def value_of(reading: Reading[float] | None) -> float | None:
    """The value of a reading, None where nothing was recorded."""
    return reading.value if reading else None


def _columns(event: Event) -> Columns:
    match event:
        case CtEvent():
            return _ct(event)
        case ProjectionEvent():
            return _projection(event)
        case Administration():
            return _tracer(event)
        case MrSeries():
            return _mr(event)


def _ct(event: CtEvent) -> Columns:
    source = event.sources[0] if event.sources else None
    return {
        **_values(event, _CT),
        "protocol": _text(event.protocol),
        "target_region": _meaning(event.target_region),
        "type": _meaning(event.acquisition_type),
        "phantom_cm": event.phantom_cm,
        "kvp": value_of(source.kvp) if source else None,
        "tube_current_ma": value_of(source.tube_current_ma) if source else None,
    }


def _projection(event: ProjectionEvent) -> Columns:
    return {
        **_values(event, _PROJECTION),
        "protocol": _text(event.protocol),
        "target_region": _meaning(event.target_region),
        "type": _meaning(event.irradiation_type),
        "plane": _meaning(event.plane),
        "laterality": event.laterality or "",
        "view": _text(event.view_position) or _meaning(event.image_view),
        "target_filter": target_filter(event),
    }


def _tracer(event: Administration) -> Columns:
    return {
        **_values(event, _TRACER),
        "type": _meaning(event.route),
        "radionuclide": radionuclide(event.radionuclide.value) if event.radionuclide else "",
        "product": product_name(_meaning(event.product) or _text(event.product_name)),
    }


def _mr(event: MrSeries) -> Columns:
    return {
        **_values(event, _MR),
        "protocol": _text(event.protocol),
        "type": _text(event.sequence),
        "operating_mode": _text(event.operating_mode),
    }


def _values(event: Event, names: tuple[str, ...]) -> Columns:
    return {name: value_of(getattr(event, name)) for name in names}


def _text(reading: Reading[str] | None) -> str:
    return reading.value if reading else ""


def _meaning(reading: Reading[Code] | None) -> str:
    return (reading.value.meaning or reading.value.value) if reading else ""
