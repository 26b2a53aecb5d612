"""The events of one exam, each with every value as it was read and where it stood in its object."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from doseloop.access.scope import Scope
from doseloop.model.ct import CtEvent
from doseloop.model.exam import Event
from doseloop.model.reading import Reading
from doseloop.model.value_repair import RepairedValue
from doseloop.store import models, visible
from doseloop.store.estimate_columns import EVENT
from doseloop.store.event_rows import event_of_row


@dataclass(frozen=True, slots=True)
class EventDetail:
    """An event: the columns of its row, and its readings by name (`dlp_mgy_cm`, `kvp`, ...)."""

    id: int
    position: int
    """Counted from 0 over the exam."""
    part_id: int
    object_id: int
    kind: str
    role: str
    started_at: str
    type: str
    plane: str
    protocol: str
    target_region: str
    laterality: str
    view: str
    target_filter: str
    radionuclide: str
    product: str
    operating_mode: str
    phantom_cm: int | None
    detail: Event
    readings: dict[str, Reading[Any]]
    """What the event's object says, without what it leaves out. kVp and mA of a CT stand in its first source."""
    repairs: tuple[RepairedValue, ...]
    """Of these, what a rule of a person repaired, with the value as read."""
    computed: dict[str, float]
    """What Doseloop computed of it by the name of its column (`ssde_mgy`, ...), without what it could not."""
    measured_diameter_mm: float | None = None
    """Water-equivalent diameter of the axial images that show it; None where none was measured."""


def exam_events(scope: Scope, exam: int) -> tuple[EventDetail, ...]:
    """The events of the exam in their order; none where the scope does not see the exam."""
    rows = models.Event.objects.filter(exam__in=visible.exams(scope).filter(pk=exam)).order_by("position")
    return tuple(_event(row) for row in rows)


def _event(row: models.Event) -> EventDetail:
    detail = event_of_row(row.kind, bytes(row.detail))
    return EventDetail(
        id=row.pk,
        position=row.position,
        part_id=row.part_id,
        object_id=row.object_id,
        kind=row.kind,
        role=row.role,
        started_at=row.started_at,
        type=row.type,
        plane=row.plane,
        protocol=row.protocol,
        target_region=row.target_region,
        laterality=row.laterality,
        view=row.view,
        target_filter=row.target_filter,
        radionuclide=row.radionuclide,
        product=row.product,
        operating_mode=row.operating_mode,
        phantom_cm=row.phantom_cm,
        detail=detail,
        readings=dict(_readings(detail)),
        repairs=tuple(RepairedValue(**one) for one in row.repairs or ()),
        computed={name: value for name in EVENT if (value := getattr(row, name)) is not None},
        measured_diameter_mm=row.water_equivalent_diameter_mm,
    )


def _readings(record: Any) -> Iterator[tuple[str, Reading[Any]]]:
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, Reading):
            yield field.name, value
    if isinstance(record, CtEvent) and record.sources:
        yield from _readings(record.sources[0])
