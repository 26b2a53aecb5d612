"""Where each number of an exam came from: one row for each, with its item, what was recorded, and what was repaired."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from doseloop.assess.provenance import Origin, is_lower, origin
from doseloop.model.dose_object import DoseObject
from doseloop.model.reading import Code, Reading
from doseloop.reference.dose_items import items_of
from doseloop.report.table import Column, Row, Table, Value
from doseloop.store.exam_detail import ExamDetail
from doseloop.store.exam_events import EventDetail
from doseloop.web.clock import wall_clock
from doseloop.web.exam_tables import MEASURED, column_of
from doseloop.web.exam_totals import totals
from doseloop.web.tables import cell_text

_COLUMNS = (
    Column("of", "Of"),
    Column("number", "Number"),
    Column("value", "Value", "number"),
    Column("unit", "Unit"),
    Column("recorded", "As written"),
    Column("item", "Item"),
    Column("code", "Code or tag"),
    Column("place", "Place"),
    Column("object", "Object"),
    Column("source", "Source", "state"),
    Column("repair", "Repair"),
)
_WORDS = ("started_at", "phantom")
_LABELS = {"started_at": "Started", "phantom": "Phantom", "weight_kg": "Weight", "height_m": "Height"}
_HELD = {
    "ct": ("ct_events", "ct_events.sources"),
    "projection": ("projection_events",),
    "tracer": ("administrations",),
    "mr": ("mr_series",),
}
"""Where objects hold what an event of each kind says."""
_PATIENT = {"weight_kg": "kg", "height_m": "m"}
_PLANES = ("dap_gy_cm2", "ka_r_mgy", "fluoro_time_s", "agd_left_mgy", "agd_right_mgy")


@dataclass(frozen=True, slots=True)
class _Read:
    """A number, the object it stands in and where it came from."""

    of: str
    label: str
    unit: str
    shown: str
    reading: Reading[Any]
    object: int
    kind: str
    origin: Origin
    source: str
    lower: bool


def provenance(exam: ExamDetail, events: Iterable[EventDetail], doses: Mapping[int, DoseObject]) -> Table:
    """The exam's events, then its stated totals and the patient's size. Objects whose record is gone have no row."""
    rows = [*_of_events(exam, events, doses), *_of_totals(exam, doses), *_of_patient(exam, doses)]
    return Table(
        f"exam-{exam.id}-provenance", "Where each number came from", _COLUMNS, (_row(exam.id, one) for one in rows)
    )


def of_event(exam: ExamDetail, event: EventDetail, doses: Mapping[int, DoseObject]) -> Table:
    """The rows of one event."""
    rows = (_row(exam.id, one) for one in _of_events(exam, (event,), doses))
    return Table(f"exam-{exam.id}-provenance", f"Event {event.position + 1}", _COLUMNS, rows)


def marks(
    exam: ExamDetail, events: Iterable[EventDetail], doses: Mapping[int, DoseObject]
) -> dict[tuple[int, str], str]:
    """What to mark, by position of the event and number: `repaired`; `lower source` where others of the exam have the higher."""
    listed = tuple(events)
    higher = {event.kind for event in listed if event.object_id in doses and not _lower(event, doses)}
    found: dict[tuple[int, str], str] = {}
    for event in listed:
        if event.object_id not in doses:
            continue
        dose = doses[event.object_id]
        lower = event.kind in higher and _lower(event, doses)
        for name, reading in event.readings.items():
            if name in MEASURED and _origin(event, name, reading, dose).repairs:
                found[event.position, name] = "repaired"
            elif name in MEASURED and lower:
                found[event.position, name] = "lower source"
    return found


def _lower(event: EventDetail, doses: Mapping[int, DoseObject]) -> bool:
    return is_lower(event.kind, doses[event.object_id].kind)


def _of_events(exam: ExamDetail, events: Iterable[EventDetail], doses: Mapping[int, DoseObject]) -> Iterator[_Read]:
    for event in events:
        dose = doses.get(event.object_id)
        for name, reading in event.readings.items() if dose else ():
            if dose and (name in MEASURED or name in _WORDS):
                column = column_of(name, exam.site.units) if name in MEASURED else Column(name, _LABELS[name])
                found = _origin(event, name, reading, dose)
                lower = _lower(event, doses)
                yield _Read(
                    of=f"event {event.position + 1}",
                    label=column.title,
                    unit=column.unit,
                    shown=cell_text(column, _plain(reading.value)),
                    reading=reading,
                    object=event.object_id,
                    kind=dose.kind,
                    origin=found,
                    source=f"{'image ' if lower else ''}{found.source}",
                    lower=lower,
                )


def _origin(event: EventDetail, name: str, reading: Reading[Any], dose: DoseObject) -> Origin:
    items = [item for item in items_of(dose.kind) if item.of in _HELD[event.kind]]
    return origin(name, reading, items, dose.remarks)


def _of_totals(exam: ExamDetail, doses: Mapping[int, DoseObject]) -> Iterator[_Read]:
    used = {total.quantity for total in totals(exam) if total.source == "stated"}
    for key, dose in doses.items():
        stated = [("dlp_mgy_cm", dose.ct_totals.dlp_mgy_cm)] if dose.ct_totals else []
        stated += [(name, getattr(plane, name)) for plane in dose.plane_totals for name in _PLANES]
        for name, reading in stated:
            if reading is not None:
                yield _total(exam, key, dose, name, reading, lower=name not in used)


def _total(exam: ExamDetail, key: int, dose: DoseObject, name: str, reading: Reading[float], *, lower: bool) -> _Read:
    column = column_of(name, exam.site.units)
    of_totals = [item for item in items_of(dose.kind) if item.of in ("ct_totals", "plane_totals")]
    return _Read(
        of="stated total",
        label=column.title,
        unit=column.unit,
        shown=cell_text(column, reading.value),
        reading=reading,
        object=key,
        kind=dose.kind,
        origin=origin(name, reading, of_totals, dose.remarks),
        source="not used: the sum of the events is" if lower else "used",
        lower=lower,
    )


def _of_patient(exam: ExamDetail, doses: Mapping[int, DoseObject]) -> Iterator[_Read]:
    for name, unit in _PATIENT.items():
        value = getattr(exam, name)
        held = ((key, dose, getattr(dose.patient, name)) for key, dose in doses.items())
        found = next(((key, dose, one) for key, dose, one in held if one is not None and one.value == value), None)
        if found:
            key, dose, reading = found
            read = origin(name, reading, items_of("ct image"), dose.remarks)
            yield _Read(
                "patient", _LABELS[name], unit, f"{reading.value:g}", reading, key, dose.kind, read, "header", False
            )


def _plain(value: Any) -> Value:
    if isinstance(value, str):
        return wall_clock(value)
    if isinstance(value, Code):
        return value.meaning or value.value
    plain: Value = value
    return plain


def _row(exam: int, one: _Read) -> Row:
    tree = reverse("object-tree", args=[exam, one.object])
    repairs = "; ".join(f"{repair.said} ({repair.rule})" for repair in one.origin.repairs)
    return Row(
        (
            f"exam {exam}, {one.of}",
            one.label,
            _plain(one.reading.value),
            one.unit,
            one.reading.recorded,
            one.origin.name,
            one.origin.code,
            one.reading.place,
            f"{one.kind} {one.object}",
            one.source,
            repairs,
        ),
        links={"place": f"{tree}?at={one.reading.place}#{one.reading.place}"},
        tones={"source": "caution" if one.lower else "quiet"},
        shown={"value": one.shown, "of": one.of},
    )
