"""An exam's rows as methods of dosimetry need them, and the columns that they make of it: plain data that may cross to another
process, which needs no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doseloop.dosimetry.of_exam import EventOfExam, ExamToEstimate, PartOfExam, estimates
from doseloop.model.calibration import Calibration
from doseloop.model.estimate import ExamEstimates
from doseloop.model.exam import EVENT_KINDS
from doseloop.model.subject import Subject
from doseloop.store import estimate_columns
from doseloop.store.images_of_events import with_images
from doseloop.store.packing import unpack
from doseloop.store.series_columns import SeriesColumns, united

Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HeldExam:
    """An exam as the record holds it: columns by name, parts and events in the order of the exam."""

    exam: Columns
    parts: Sequence[Columns]
    events: Sequence[Columns]
    series: Sequence[SeriesColumns] = ()
    """Of its axial images."""
    calibrations: tuple[Calibration, ...] = ()
    """Of its tubes, in force on its day."""

    @property
    def key(self) -> int:
        """Key of the exam."""
        return int(self.exam["pk"])


@dataclass(frozen=True, slots=True)
class MadeColumns:
    """The columns of computed values that methods make of an exam."""

    exam: Columns
    parts: tuple[Columns, ...]
    events: tuple[Columns, ...]


def made_of(held: Iterable[HeldExam]) -> list[MadeColumns]:
    """What the methods of today make of exams."""
    return [columns_of(estimates(to_estimate(one))) for one in held]


def columns_of(made: ExamEstimates) -> MadeColumns:
    """The columns of what was computed."""
    parts, events = map(estimate_columns.of_total, made.parts), map(estimate_columns.of_event, made.events)
    return MadeColumns(estimate_columns.of_exam(made), tuple(parts), tuple(events))


def is_held(held: HeldExam, made: MadeColumns) -> bool:
    """Whether the record holds these very values."""
    rows = zip((held.exam, *held.parts, *held.events), (made.exam, *made.parts, *made.events), strict=True)
    return all(was[name] == value for was, now in rows for name, value in now.items())


def to_estimate(held: HeldExam) -> ExamToEstimate:
    """The exam as the methods see it."""
    row = held.exam
    number_of = {part["pk"]: number for number, part in enumerate(held.parts)}
    events = tuple(_event(event, number_of[event["part_id"]]) for event in held.events)
    return ExamToEstimate(
        Subject(row["age_years"], row["sex"] or None, row["weight_kg"], row["height_m"]),
        tuple(_part(part) for part in held.parts),
        with_images(events, united(held.series)) if held.series else events,
        held.calibrations,
    )


def _part(row: Columns) -> PartOfExam:
    totals = (row["dap_gy_cm2"], row["ka_r_mgy"])
    return PartOfExam(row["modality"], row["procedure_id"], row["is_estimate"], *totals)


def _event(row: Columns, part: int) -> EventOfExam:
    event = unpack(bytes(row["detail"]), EVENT_KINDS[row["kind"]])
    return EventOfExam(event, row["role"], part, row["radionuclide"], row["product"], row["target_filter"])
