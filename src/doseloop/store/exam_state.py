"""An exam as one flat table of fields, so that two states of it can be compared: what it is, and what was noticed about it.

Numbers that only say when something was written (keys of rows, the number of change, times of arrival) are not in it, nor
what people judge.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from django.db.models import Model, Q

from doseloop.store.models import DoseObjectRow, Event, Exam, ExamPerson, Flag, Part
from doseloop.store.packing import unpack

State = Mapping[str, object]
"""Values by field: `dlp_mgy_cm`, `event 3.kvp`, `object 12.standing`."""
_NOT_OF_THE_EXAM = frozenset(("id", "changed", "received_at", "settled", "excluded_as", "excluded_reason"))
_KEYS = frozenset(("id", "exam_id", "part_id"))
_OF_THE_OBJECT = (
    *("state", "reason_code", "reason", "kind", "sop_class_uid", "sop_instance_uid"),
    *("study_uid", "standing", "dose_digest", "identity_id"),
)


_OF_STAFF = re.compile(r"^person \d|\.people\.|\.(alert_person|notification_person|administered_by|responsible)\b")


def names_staff(field: str) -> bool:
    """Whether a field of a state holds the name of somebody of the staff: a command changes it and does not print it."""
    return _OF_STAFF.search(field) is not None


def exam_state(exam: int) -> State:
    """What the exam is now: its own fields, its parts, events, people and objects. Empty where there is none."""
    row = Exam.objects.filter(pk=exam).first()
    return {} if row is None else dict(_of_exam(row))


def flag_state(exam: int) -> State:
    """What was noticed about the exam: the state and the sentence of each flag."""
    rows = Flag.objects.filter(exam_id=exam).order_by("key").values_list("rule", "key", "state", "sentence")
    return {f"flag {rule} {key}": f"{state}: {sentence}" for rule, key, state, sentence in rows}


def _of_exam(row: Exam) -> Iterator[tuple[str, object]]:
    yield from _flat("", {name: value for name, value in _columns(row).items() if name not in _NOT_OF_THE_EXAM})
    for part in Part.objects.filter(exam=row).order_by("position"):
        yield from _flat(f"part {part.position}.", _columns(part))
    for event in Event.objects.filter(exam=row).select_related("part").order_by("position"):
        yield f"event {event.position}.part", event.part.position
        yield from _flat(f"event {event.position}.", _columns(event))
    people = ExamPerson.objects.filter(exam=row).values_list("part", "person__name")
    for number, (part_played, name) in enumerate(sorted(people)):
        yield f"person {number}", f"{part_played} {name}"
    for held in DoseObjectRow.objects.filter(Q(exam=row) | Q(exam__part_of=row)).order_by("pk"):
        told = {name: getattr(held, name) for name in _OF_THE_OBJECT}
        yield from _flat(f"object {held.pk}.", {**told, "record": _opened(held.record)})


def _columns(row: Model) -> dict[str, Any]:
    """The row's values; packed records are opened."""
    names = (field.attname for field in row._meta.concrete_fields)
    return {name: _opened(getattr(row, name)) for name in names if name not in _KEYS}


def _opened(value: Any) -> Any:
    return unpack(bytes(value), object) if isinstance(value, bytes | memoryview) else value


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, object]]:
    """Values within values, each under its own path."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{prefix}{name}" if not prefix or prefix.endswith(".") else f"{prefix}.{name}", inner)
    elif isinstance(value, list | tuple):
        yield f"{prefix}.count", len(value)
        for number, inner in enumerate(value):
            yield from _flat(f"{prefix}.{number}", inner)
    else:
        yield prefix, msgspec.to_builtins(value)
