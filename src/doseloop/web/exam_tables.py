"""Tables of one exam: its parts and its events."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.http import HttpRequest
from django.urls import reverse

from doseloop.model.quantities import COMPUTED, QUANTITIES
from doseloop.report.table import Column, Row, Table, Value, quantity_column
from doseloop.store.estimate_columns import TOTALS
from doseloop.store.exam_detail import ExamDetail, exam_detail
from doseloop.store.exam_events import EventDetail, exam_events

_CT = (
    *("ctdi_vol_mgy", "dlp_mgy_cm", "kvp", "tube_current_ma", "exposure_mas", "exposure_time_ms", "pitch"),
    "scanning_length_mm",
)
_PROJECTION = (
    *("dap_gy_cm2", "ka_r_mgy", "agd_mgy", "entrance_exposure_mgy", "compression_thickness_mm", "compression_force_n"),
    *("half_value_layer_mm", "exposure_index", "target_exposure_index", "deviation_index", "kvp", "tube_current_ma"),
    *("exposure_mas", "exposure_time_ms", "pulses", "primary_angle_deg", "secondary_angle_deg", "source_detector_mm"),
)
_TRACER = ("activity_mbq", "effective_dose_msv", "pre_activity_mbq", "post_activity_mbq", "extravasation_activity_mbq")
_MR = (
    *(
        "sar_whole_body_w_kg",
        "sar_partial_body_w_kg",
        "sar_head_w_kg",
        "sar_local_w_kg",
        "b1_rms_ut",
        "db_dt_t_s",
        "field_strength_t",
    ),
    "duration_s",
)
_OF_KIND = {"tracer": _TRACER, "ct": _CT, "projection": _PROJECTION, "mr": _MR}
"""Numbers of a kind of event, what is compared first."""
MEASURED = frozenset((*_TRACER, *_CT, *_PROJECTION, *_MR))
_PLAIN = {
    "exposure_time_ms": Column("exposure_time_ms", "Time", "number", "ms"),
    "pitch": Column("pitch", "Pitch", "number"),
    "pulses": Column("pulses", "Pulses", "number"),
    "primary_angle_deg": Column("primary_angle_deg", "Primary angle", "number", "°"),
    "secondary_angle_deg": Column("secondary_angle_deg", "Secondary angle", "number", "°"),
    "source_detector_mm": Column("source_detector_mm", "SID", "number", "mm"),
    "pre_activity_mbq": Column("pre_activity_mbq", "Before", "number", "MBq"),
    "post_activity_mbq": Column("post_activity_mbq", "Left over", "number", "MBq"),
    "extravasation_activity_mbq": Column("extravasation_activity_mbq", "Extravasated", "number", "MBq"),
    "field_strength_t": Column("field_strength_t", "Field", "number", "T"),
    "duration_s": Column("duration_s", "Duration", "number", "s"),
}
_WORDS = (
    Column("product", "Product"),
    Column("radionuclide", "Nuclide"),
    Column("plane", "Plane"),
    Column("laterality", "Side"),
    Column("view", "View"),
    Column("target_filter", "Target/filter"),
    Column("operating_mode", "Operating mode"),
)
"""Columns of words that are left out where no event has any."""
_UNSAID = ("main", "administration", "series", "acquisition")
"""Roles that go without saying: of the only kind, or beside the type of an event."""
_HEADINGS = {"ct": "Acquisitions", "projection": "Exposures", "tracer": "Administrations", "mr": "MR series"}


def events_of(request: HttpRequest, exam: int) -> Table:
    """The events of an exam, for a file."""
    scope = request.access  # type: ignore[attr-defined]
    return events(exam_detail(scope, exam), exam_events(scope, exam))


def parts_of(request: HttpRequest, exam: int) -> Table:
    """The parts of an exam, for a file."""
    return parts(exam_detail(request.access, exam))  # type: ignore[attr-defined]


def events(exam: ExamDetail, found: Iterable[EventDetail]) -> Table:
    """One row for each event, with what was computed of it. Columns that no event of the exam fills are left out."""
    listed = tuple(found)
    return _events(exam, listed, "Events", computed=_computed_of(listed))


def events_by_kind(
    exam: ExamDetail, found: Iterable[EventDetail], marks: Mapping[tuple[int, str], str]
) -> tuple[Table, ...]:
    """A table for each kind of event that the exam has, in the order of its parts; `marks` by position and number."""
    listed = tuple(found)
    kinds = dict.fromkeys(event.kind for event in listed)
    of_kinds = {kind: tuple(one for one in listed if one.kind == kind) for kind in kinds}
    return tuple(_events(exam, of_kind, _HEADINGS[kind], marks) for kind, of_kind in of_kinds.items())


def _computed_of(listed: tuple[EventDetail, ...]) -> tuple[str, ...]:
    return tuple(name for name in COMPUTED if any(name in event.computed for event in listed))


def _computed_column(name: str, units: Mapping[str, str]) -> Column:
    """What an object may state has the same name: the column says that this is computed."""
    symbol = QUANTITIES[name].symbol
    column = quantity_column(name, units, symbol if "computed" in symbol else f"{symbol} computed")
    return replace(column, key=f"computed {name}")


def _events(
    exam: ExamDetail,
    listed: tuple[EventDetail, ...],
    title: str,
    marks: Mapping[tuple[int, str], str] | None = None,
    computed: tuple[str, ...] = (),
) -> Table:
    wanted = dict.fromkeys(name for event in listed for name in _OF_KIND[event.kind])
    filled = [name for name in wanted if any(name in event.readings for event in listed)]
    words = [column for column in _WORDS if any(getattr(event, column.key) for event in listed)]
    typed = any(event.type or event.role not in _UNSAID for event in listed)
    with_phantom = any(event.phantom_cm for event in listed)
    columns = (
        Column("position", "No."),
        *((Column("protocol", "Protocol"),) if any(event.protocol or event.target_region for event in listed) else ()),
        *((Column("type", "Type"),) if typed else ()),
        *words,
        Column("started", "Started", "time"),
        *(column_of(name, exam.site.units) for name in filled),
        *((Column("phantom", "Phantom", "number", "cm"),) if with_phantom else ()),
        *(_computed_column(name, exam.site.units) for name in computed),
    )
    rows = (_row(exam.id, event, columns, marks or {}) for event in listed)
    return Table(f"exam-{exam.id}-events", title, columns, rows)


def parts(exam: ExamDetail) -> Table:
    """One row for each part."""
    units = exam.site.units
    measured = (
        *("dlp_mgy_cm", "ctdi_vol_mgy", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s"),
        *("agd_left_mgy", "agd_right_mgy", "activity_mbq", "effective_dose_msv", *TOTALS),
    )
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


def column_of(name: str, units: Mapping[str, str]) -> Column:
    """The column of a number of an event or a total, in the site's display unit."""
    return _PLAIN[name] if name in _PLAIN else quantity_column(name, units)


def _row(exam: int, event: EventDetail, columns: tuple[Column, ...], marks: Mapping[tuple[int, str], str]) -> Row:
    tree = reverse("object-tree", args=[exam, event.object_id])
    kind = event.type or event.role
    words: dict[str, Value] = {
        "position": str(event.position + 1),
        "type": kind,
        "started": event.started_at[11:19] or None,
        "phantom": event.phantom_cm,
        **{f"computed {name}": event.computed.get(name) for name in COMPUTED},
    }
    read = {name: reading.value for name, reading in event.readings.items() if name in MEASURED}
    values = tuple(words[key] if key in words else read.get(key, getattr(event, key, None)) for key in _keys(columns))
    links = {name: f"{tree}?at={event.readings[name].place}#{event.readings[name].place}" for name in read}
    links["position"] = f"{reverse('exam-provenance', args=[exam])}?event={event.position + 1}"
    return Row(
        values,
        links=links,
        into={"position": "provenance"},
        marks={name: marks[event.position, name] for name in read if (event.position, name) in marks},
        notes={
            "type": event.role if event.role not in _UNSAID and event.role not in kind.lower() else "",
            "protocol": event.target_region,
        },
    )


def _keys(columns: tuple[Column, ...]) -> list[str]:
    return [column.key for column in columns]
