"""Tables of one exam: its parts and its events."""

from collections.abc import Iterable, Mapping

from django.http import HttpRequest
from django.urls import reverse

from doseloop.report.table import Column, Row, Table, Value, quantity_column
from doseloop.store.exam_detail import ExamDetail, exam_detail
from doseloop.store.exam_events import EventDetail, exam_events

_CT = ("ctdi_vol_mgy", "dlp_mgy_cm", "kvp", "tube_current_ma", "exposure_time_ms", "pitch", "scanning_length_mm")
_PROJECTION = (
    "dap_gy_cm2", "ka_r_mgy", "agd_mgy", "kvp", "tube_current_ma", "exposure_time_ms", "pulses", "primary_angle_deg",
    "secondary_angle_deg", "source_detector_mm",
)  # fmt: skip
_PLAIN = {
    "exposure_time_ms": Column("exposure_time_ms", "Time", "number", "ms"),
    "pitch": Column("pitch", "Pitch", "number"),
    "pulses": Column("pulses", "Pulses", "number"),
    "primary_angle_deg": Column("primary_angle_deg", "Primary angle", "number", "°"),
    "secondary_angle_deg": Column("secondary_angle_deg", "Secondary angle", "number", "°"),
    "source_detector_mm": Column("source_detector_mm", "SID", "number", "mm"),
}


def events_of(request: HttpRequest, exam: int) -> Table:
    """The events of an exam, for a file."""
    scope = request.access  # type: ignore[attr-defined]
    return events(exam_detail(scope, exam), exam_events(scope, exam))


def parts_of(request: HttpRequest, exam: int) -> Table:
    """The parts of an exam, for a file."""
    return parts(exam_detail(request.access, exam))  # type: ignore[attr-defined]


def events(exam: ExamDetail, found: Iterable[EventDetail]) -> Table:
    """One row for each event. Columns that no event of the exam fills are left out."""
    listed = tuple(found)
    wanted = dict.fromkeys((*_CT, *_PROJECTION))
    filled = [name for name in wanted if any(name in event.readings for event in listed)]
    with_phantom = any(event.phantom_cm for event in listed)
    with_plane = any(event.plane for event in listed)
    columns = (
        Column("position", "No."),
        Column("protocol", "Protocol"),
        Column("type", "Type"),
        *((Column("plane", "Plane"),) if with_plane else ()),
        Column("started", "Started", "time"),
        *(_column(name, exam.site.units) for name in filled),
        *((Column("phantom", "Phantom", "number", "cm"),) if with_phantom else ()),
    )
    rows = (_row(exam.id, event, filled, with_plane, with_phantom) for event in listed)
    return Table(f"exam-{exam.id}-events", "Events", columns, rows)


def parts(exam: ExamDetail) -> Table:
    """One row for each part."""
    units = exam.site.units
    measured = ("dlp_mgy_cm", "ctdi_vol_mgy", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s")
    columns = (
        Column("procedure", "Procedure"),
        Column("modality", "Modality"),
        *(quantity_column(name, units) for name in measured),
        Column("phantom", "Phantom", "number", "cm"),
    )
    rows = (
        Row((part.procedure_name, part.modality, *(getattr(part, name) for name in measured), part.phantom_cm))
        for part in exam.parts
    )
    return Table(f"exam-{exam.id}-parts", "Parts", columns, rows)


def _column(name: str, units: Mapping[str, str]) -> Column:
    return _PLAIN[name] if name in _PLAIN else quantity_column(name, units)


def _row(exam: int, event: EventDetail, filled: list[str], with_plane: bool, with_phantom: bool) -> Row:
    tree = reverse("object-tree", args=[exam, event.object_id])
    measured: list[Value] = [event.readings[name].value if name in event.readings else None for name in filled]
    links = {
        name: f"{tree}?at={event.readings[name].place}#{event.readings[name].place}"
        for name in filled
        if name in event.readings
    }
    kind = event.type or event.role
    return Row(
        (
            str(event.position + 1),
            event.protocol,
            kind,
            *((event.plane,) if with_plane else ()),
            event.started_at[11:19] or None,
            *measured,
            *((event.phantom_cm,) if with_phantom else ()),
        ),
        links=links,
        notes={
            "type": event.role if event.role != "main" and event.role not in kind.lower() else "",
            "protocol": event.target_region,
        },
    )
