"""Computed values as they stand in the record, and what the methods need to compute them again: many exams at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from doseloop.dosimetry.of_exam import EventOfExam, ExamToEstimate, PartOfExam
from doseloop.model.estimate import ExamEstimates
from doseloop.model.subject import Subject
from doseloop.store import changes, estimate_columns
from doseloop.store.event_rows import event_of_row
from doseloop.store.models import Event, Exam, Part

Columns = Mapping[str, Any]
_EXAM = ("pk", "changed", "methods_edition", "age_years", "sex", "weight_kg", "height_m", *estimate_columns.TOTALS)
_PART = ("exam_id", "pk", "modality", "procedure_id", "is_estimate", *estimate_columns.TOTALS)
_EVENT = (
    *("exam_id", "pk", "part_id", "kind", "role", "radionuclide", "product", "target_filter", "detail"),
    *estimate_columns.EVENT,
)


@dataclass(frozen=True, slots=True)
class Held:
    """An exam with the values that the record holds."""

    exam: int
    changed: int
    """Its number of change when it was read: values are written back to that state of it alone."""
    edition: str
    inputs: ExamToEstimate
    whole: Columns
    parts: Mapping[int, Columns]
    """By key of the part, in the order of the exam."""
    events: Mapping[int, Columns]
    """By key of the event, in the order of the exam."""


def after(exam: int, most: int, edition: str) -> list[int]:
    """Exams of a higher key of which the values were not made by that edition, in the order of keys."""
    rows = Exam.objects.filter(pk__gt=exam, part_of=None).exclude(methods_edition=edition).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:most])


def count(edition: str) -> int:
    """How many exams those are."""
    return Exam.objects.filter(part_of=None).exclude(methods_edition=edition).count()


def held(exams: Sequence[int]) -> list[Held]:
    """The exams as the record holds them, in the order of keys."""
    parts, events = _by_exam(Part, _PART, exams), _by_exam(Event, _EVENT, exams)
    rows = Exam.objects.filter(pk__in=exams).order_by("pk").values_list(*_EXAM)
    return [_held(dict(zip(_EXAM, row, strict=True)), parts, events) for row in rows]


def write(found: Iterable[tuple[Held, ExamEstimates]]) -> list[int]:
    """Let values become current; an exam that changed since it was read is left for another time. Returns those written."""
    written: list[int] = []
    with transaction.atomic():
        changes.take_turn()
        for one, made in found:
            unchanged = Exam.objects.filter(pk=one.exam, changed=one.changed)
            if unchanged.update(**estimate_columns.of_exam(made)):
                written.append(one.exam)
                _write(Part, _differing(one.parts, map(estimate_columns.of_total, made.parts)))
                _write(Event, _differing(one.events, map(estimate_columns.of_event, made.events)))
        changes.note_change(written)
    return written


def _by_exam(model: Any, names: tuple[str, ...], exams: Sequence[int]) -> Mapping[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in model.objects.filter(exam_id__in=exams).order_by("exam_id", "position").values_list(*names):
        told = dict(zip(names, row, strict=True))
        found[told["exam_id"]].append(told)
    return found


def _held(
    row: dict[str, Any], parts: Mapping[int, list[dict[str, Any]]], events: Mapping[int, list[dict[str, Any]]]
) -> Held:
    own_parts, own_events = parts.get(row["pk"], []), events.get(row["pk"], [])
    number_of = {part["pk"]: number for number, part in enumerate(own_parts)}
    inputs = ExamToEstimate(
        Subject(row["age_years"], row["sex"] or None, row["weight_kg"], row["height_m"]),
        tuple(PartOfExam(part["modality"], part["procedure_id"], part["is_estimate"]) for part in own_parts),
        tuple(_event(event, number_of[event["part_id"]]) for event in own_events),
    )
    return Held(
        row["pk"], row["changed"], row["methods_edition"], inputs,
        {name: row[name] for name in estimate_columns.TOTALS},
        {part["pk"]: {name: part[name] for name in estimate_columns.TOTALS} for part in own_parts},
        {event["pk"]: {name: event[name] for name in estimate_columns.EVENT} for event in own_events},
    )  # fmt: skip


def _event(row: dict[str, Any], part: int) -> EventOfExam:
    detail = event_of_row(row["kind"], bytes(row["detail"]))
    return EventOfExam(detail, row["role"], part, row["radionuclide"], row["product"], row["target_filter"])


def _differing(before: Mapping[int, Columns], made: Iterable[Columns]) -> list[tuple[int, Columns]]:
    pairs = zip(before.items(), made, strict=True)
    return [(key, columns) for (key, was), columns in pairs if dict(was) != dict(columns)]


def _write(model: Any, rows: Sequence[tuple[int, Columns]]) -> None:
    for key, columns in rows:
        model.objects.filter(pk=key).update(**columns)
