"""Where each number of an exam came from: one row for each, with its item, what was recorded, and what was repaired."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django.urls import reverse

from doseloop.assess.provenance import Origin, Repair, is_lower, origin
from doseloop.assess.report_quality import named
from doseloop.model.dose_object import DoseObject
from doseloop.model.reading import Code, Reading
from doseloop.model.value_repair import RepairedValue
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
_ON_PAGE = (
    Column("of", "Of"),
    Column("number", "Number"),
    Column("value", "Value"),
    Column("recorded", "As written"),
    Column("item", "Item"),
    Column("place", "Place"),
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
class Number:
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


def origins(exam: ExamDetail, events: Iterable[EventDetail], doses: Mapping[int, DoseObject]) -> Iterator[Number]:
    """The numbers of the exam's events, then its stated totals and the patient's size. Objects whose record is gone have
    none."""
    return chain(of_events(exam, events, doses), _of_totals(exam, doses), _of_patient(exam, doses))


def as_file(exam: ExamDetail, numbers: Iterable[Number]) -> Table:
    """One row for each number, each thing in its own column."""
    rows = (_row(exam.id, one) for one in numbers)
    return Table(f"exam-{exam.id}-provenance", "Where each number came from", _COLUMNS, rows)


def on_page(exam: ExamDetail, numbers: Iterable[Number], *, of_one_event: bool) -> Table:
    """The same rows for a page, what belongs together in one cell."""
    columns = _ON_PAGE[1:] if of_one_event else _ON_PAGE
    rows = (_page_row(exam.id, one, of_one_event) for one in numbers)
    return Table(f"exam-{exam.id}-provenance", "Where each number came from", columns, rows)


def marks(
    exam: ExamDetail, events: Iterable[EventDetail], doses: Mapping[int, DoseObject]
) -> dict[tuple[int, str], str]:
    """What to mark, by position of the event and number: `repaired`; `lower source` where others of the exam have the higher."""
    listed = tuple(events)
    higher = {event.kind for event in listed if event.object_id in doses and not _lower(event, doses)}
    found = {(event.position, one.field): "repaired" for event in listed for one in event.repairs}
    for event in listed:
        if event.object_id not in doses:
            continue
        dose = doses[event.object_id]
        lower = event.kind in higher and _lower(event, doses)
        for name, reading in event.readings.items():
            if name in MEASURED and _origin(event, name, reading, dose).repairs:
                found[event.position, name] = "repaired"
            elif name in MEASURED and lower:
                found.setdefault((event.position, name), "lower source")
    return found


def _lower(event: EventDetail, doses: Mapping[int, DoseObject]) -> bool:
    return is_lower(event.kind, doses[event.object_id].kind)


def of_events(exam: ExamDetail, events: Iterable[EventDetail], doses: Mapping[int, DoseObject]) -> Iterator[Number]:
    """The numbers of these events."""
    for event in events:
        dose = doses.get(event.object_id)
        for name, reading in event.readings.items() if dose else ():
            if dose and (name in MEASURED or name in _WORDS):
                column = column_of(name, exam.site.units) if name in MEASURED else Column(name, _LABELS[name])
                found = _with_rule(_origin(event, name, reading, dose), name, reading, event.repairs)
                lower = _lower(event, doses)
                yield Number(
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


def _with_rule(found: Origin, name: str, reading: Reading[Any], repairs: Iterable[RepairedValue]) -> Origin:
    """The origin, with the rule of a person that repaired the value."""
    own = [one for one in repairs if one.field == name and one.place == reading.place]
    said = tuple(Repair(one.repair, f"read as {one.original:g}, repaired by a rule of this scanner") for one in own)
    return replace(found, repairs=(*found.repairs, *said))


def _of_totals(exam: ExamDetail, doses: Mapping[int, DoseObject]) -> Iterator[Number]:
    used = {total.quantity for total in totals(exam, {}) if total.source == "stated"}
    for key, dose in doses.items():
        stated = [("dlp_mgy_cm", dose.ct_totals.dlp_mgy_cm)] if dose.ct_totals else []
        stated += [(name, getattr(plane, name)) for plane in dose.plane_totals for name in _PLANES]
        for name, reading in stated:
            if reading is not None:
                yield _total(exam, key, dose, name, reading, lower=name not in used)


def _total(exam: ExamDetail, key: int, dose: DoseObject, name: str, reading: Reading[float], *, lower: bool) -> Number:
    column = column_of(name, exam.site.units)
    own = [one for one in exam.repairs if one.object == key]
    value = next((one.value for one in own if (one.field, one.place) == (name, reading.place)), reading.value)
    of_totals = [item for item in items_of(dose.kind) if item.of in ("ct_totals", "plane_totals")]
    return Number(
        of="stated total",
        label=column.title,
        unit=column.unit,
        shown=cell_text(column, value),
        reading=replace(reading, value=value),
        object=key,
        kind=dose.kind,
        origin=_with_rule(origin(name, reading, of_totals, dose.remarks), name, reading, own),
        source="not used: the sum of the events is" if lower else "used",
        lower=lower,
    )


def _of_patient(exam: ExamDetail, doses: Mapping[int, DoseObject]) -> Iterator[Number]:
    for name, unit in _PATIENT.items():
        value = getattr(exam, name)
        held = ((key, dose, getattr(dose.patient, name)) for key, dose in doses.items())
        found = next(((key, dose, one) for key, dose, one in held if one is not None and one.value == value), None)
        if found:
            key, dose, reading = found
            read = origin(name, reading, items_of("ct image"), dose.remarks)
            yield Number(
                "patient", _LABELS[name], unit, f"{reading.value:g}", reading, key, dose.kind, read, "header", False
            )


def _plain(value: Any) -> Value:
    if isinstance(value, str):
        return wall_clock(value)
    if isinstance(value, Code):
        return value.meaning or value.value
    plain: Value = value
    return plain


def _row(exam: int, one: Number) -> Row:
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
    )


def _page_row(exam: int, one: Number, of_one_event: bool) -> Row:
    tree = reverse("object-tree", args=[exam, one.object])
    repairs = "; ".join(repair.said for repair in one.origin.repairs)
    source = one.source[:1].upper() + one.source[1:]
    object_said = f"{named(one.kind, 1).removeprefix('1 ')} {one.object}"
    told = (one.label, one.shown, one.reading.recorded, one.origin.name, one.reading.place, source, repairs)
    return Row(
        told if of_one_event else (one.of, *told),
        links={"place": f"{tree}?at={one.reading.place}#{one.reading.place}"},
        tones={"source": "caution" if one.lower else "quiet"},
        shown={"value": f"{one.shown} {one.unit}".strip(), "of": one.of[:1].upper() + one.of[1:]},
        notes={
            "item": one.origin.code,
            "place": object_said,
            "repair": ", ".join(repair.rule for repair in one.origin.repairs),
        },
    )
