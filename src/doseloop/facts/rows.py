"""Rows of the record as Arrow tables of the declared schema."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from doseloop.facts.record import Reading
from doseloop.facts.schema import EVENTS, EXAMS, MOMENT, NAME_KINDS, PARTS, PEOPLE, ROW_KINDS, RowKind


@dataclass(frozen=True, slots=True)
class Selection:
    """A condition on exams `e` of the record, with the values of its `?`."""

    condition: str
    values: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Exams with their parts, events and people."""

    exams: pa.Table
    parts: pa.Table
    events: pa.Table
    people: pa.Table

    def of(self, kind: RowKind) -> pa.Table:
        """The table of this kind."""
        tables = {EXAMS: self.exams, PARTS: self.parts, EVENTS: self.events, PEOPLE: self.people}
        return tables[kind]


def rows_of(record: Reading, selection: Selection) -> Rows:
    """The exams that fit the condition, their parts, their events and whom they name."""
    exams, parts, events, people = (_read(record, kind, selection) for kind in ROW_KINDS)
    return Rows(_with_procedures(exams, parts), parts, events, people)


def exams_of(record: Reading, selection: Selection) -> pa.Array:
    """Keys of the exams that fit the condition."""
    query = f"SELECT e.id FROM store_exam e WHERE {selection.condition}"  # noqa: S608  (values are bound)
    return pa.array([row[0] for rows in record.batches(query, selection.values) for row in rows], pa.int64())


def names_of(record: Reading) -> dict[str, pa.Table]:
    """The tables of names: `sites`, `scanners`, `procedures` and `persons`."""
    return {kind.name: _table(kind, record.batches(kind.select)) for kind in NAME_KINDS}


def no_rows() -> Rows:
    """Tables of the declared schema without a row."""
    return Rows(*(kind.schema.empty_table() for kind in ROW_KINDS))


def _read(record: Reading, kind: RowKind, selection: Selection) -> pa.Table:
    return _table(kind, record.batches(f"{kind.select} AND ({selection.condition})", selection.values))


def _table(kind: RowKind, batches: Iterable[list[tuple[Any, ...]]]) -> pa.Table:
    schema = kind.schema
    return pa.Table.from_batches([_batch(schema, rows) for rows in batches], schema)


def _batch(schema: pa.Schema, rows: Sequence[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [_array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    convert: Callable[[Any], Any] | None = _CONVERSIONS.get(kind)
    return pa.array(values if convert is None else [convert(value) for value in values], kind)


def _moment(value: str | datetime | None) -> datetime | None:
    """A wall clock stays as it is; a time with a zone is one of ours and becomes UTC. None for what is no time."""
    if not value:
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else moment.replace(tzinfo=None)


def _truth(value: object) -> bool | None:
    return None if value is None else bool(value)


_CONVERSIONS: dict[pa.DataType, Callable[[Any], Any]] = {MOMENT: _moment, pa.bool_(): _truth}


def _with_procedures(exams: pa.Table, parts: pa.Table) -> pa.Table:
    found: dict[int, list[str | None]] = {}
    ordered = parts.select(["exam", "position", "procedure"]).sort_by(
        [("exam", "ascending"), ("position", "ascending")]
    )
    for exam, procedure in zip(ordered["exam"].to_pylist(), ordered["procedure"].to_pylist(), strict=True):
        found.setdefault(exam, []).append(procedure)
    of_exams = [found.get(exam, [None]) for exam in exams["exam"].to_pylist()]
    keys = [list(dict.fromkeys(key for key in procedures if key is not None)) for procedures in of_exams]
    return _replaced(
        _replaced(exams, "procedures", keys), "without_procedure", [None in procedures for procedures in of_exams]
    )


def _replaced(table: pa.Table, name: str, values: Sequence[Any]) -> pa.Table:
    index = table.schema.get_field_index(name)
    field = table.schema.field(index)
    return table.set_column(index, field, pa.array(values, field.type))
