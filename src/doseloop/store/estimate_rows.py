"""Computed values as they stand in the record, and what the methods need to compute them again: many exams at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from doseloop.model.calibration import Calibration
from doseloop.store import calibrations, changes, ct_series, estimate_columns
from doseloop.store.held_exam import Columns, HeldExam, MadeColumns
from doseloop.store.models import Event, Exam, Part
from doseloop.store.prepared import Slot, Update
from doseloop.store.series_columns import SeriesColumns

ByExam = Mapping[int, Sequence[Columns]]

_EXAM = (
    *(
        "pk",
        "changed",
        "methods_edition",
        "age_years",
        "sex",
        "weight_kg",
        "height_m",
        "scanner_id",
        "named_scanner_id",
    ),
    *("started_at", *estimate_columns.TOTALS),
)
_PART = (
    *("exam_id", "pk", "modality", "procedure_id", "is_estimate", "dap_gy_cm2", "ka_r_mgy"),
    *estimate_columns.TOTALS,
)
_EVENT = (
    *("exam_id", "pk", "part_id", "kind", "role", "radionuclide", "product", "target_filter", "detail"),
    *estimate_columns.EVENT,
)


def after(exam: int, most: int, edition: str) -> list[int]:
    """Exams of a higher key of which the values were not made by that edition, in the order of keys."""
    rows = Exam.objects.filter(pk__gt=exam, part_of=None).exclude(methods_edition=edition).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:most])


def count(edition: str) -> int:
    """How many exams those are."""
    return Exam.objects.filter(part_of=None).exclude(methods_edition=edition).count()


def held(exams: Sequence[int]) -> list[HeldExam]:
    """The exams as the record holds them, in the order of keys."""
    parts, events = _by_exam(Part, _PART, exams), _by_exam(Event, _EVENT, exams)
    rows = Exam.objects.filter(pk__in=exams).order_by("pk").values_list(*_EXAM)
    told = (dict(zip(_EXAM, row, strict=True)) for row in rows)
    series = ct_series.of_exams(exams)
    return [_held(one, parts, events, series) for one in told]


def write(found: Sequence[tuple[HeldExam, MadeColumns]]) -> list[int]:
    """Let values become current; an exam that changed since it was read is left for another time. Returns those written."""
    with transaction.atomic():
        changes.take_turn()
        current = _unchanged(found)
        _EXAM_MADE.many({"exam": one.key, "changed_before": one.exam["changed"], **made.exam} for one, made in current)
        _write(Part, estimate_columns.TOTALS, [(one.parts, made.parts) for one, made in current])
        _write(Event, estimate_columns.EVENT, [(one.events, made.events) for one, made in current])
        written = [one.key for one, _ in current]
        if written:
            changes.note_change(written)
    return written


def _unchanged(found: Sequence[tuple[HeldExam, MadeColumns]]) -> list[tuple[HeldExam, MadeColumns]]:
    keys = [one.key for one, _ in found]
    changed = dict(Exam.objects.filter(pk__in=keys).values_list("pk", "changed"))
    return [(one, made) for one, made in found if changed.get(one.key) == one.exam["changed"]]


def _held(row: Columns, parts: ByExam, events: ByExam, series: Mapping[int, list[SeriesColumns]]) -> HeldExam:
    key, own = row["pk"], parts.get(row["pk"], ())
    factors: tuple[Calibration, ...] = ()
    if any(part["modality"] in calibrations.MODALITIES for part in own):
        factors = calibrations.in_force(row["scanner_id"], row["named_scanner_id"], row["started_at"][:10])
    return HeldExam(row, own, events.get(key, ()), series.get(key, ()), factors)


_EXAM_MADE = Update(
    lambda: Exam.objects.filter(pk=Slot("exam"), changed=Slot("changed_before")),
    (*estimate_columns.TOTALS, "methods_edition"),
)


def _by_exam(model: Any, names: tuple[str, ...], exams: Sequence[int]) -> ByExam:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in model.objects.filter(exam_id__in=exams).order_by("exam_id", "position").values_list(*names):
        told = dict(zip(names, row, strict=True))
        found[told["exam_id"]].append(told)
    return found


def _differing(held: Sequence[Columns], made: Sequence[Columns], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Values in the order of the names, and the key, of rows that hold other values."""
    pairs = [(tuple(now[name] for name in names), was) for was, now in zip(held, made, strict=True)]
    return [(*values, was["pk"]) for values, was in pairs if values != tuple(was[name] for name in names)]


def _write(
    model: type[Model], names: Sequence[str], pairs: Sequence[tuple[Sequence[Columns], Sequence[Columns]]]
) -> None:
    rows = [row for held, made in pairs for row in _differing(held, made, names)]
    if rows:
        columns = ", ".join(f"{name} = %s" for name in names)
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {model._meta.db_table} SET {columns} WHERE id = %s", rows)  # noqa: S608
