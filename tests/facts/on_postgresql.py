"""The facts' expressions on PostgreSQL: the rows that DuckDB shows, in tables there, asked by the same Ibis expressions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import psycopg
import pyarrow as pa

from doseloop.access.scope import SYSTEM, Scope
from doseloop.facts.engine import Facts, Session, _session
from doseloop.facts.schema import ROW_KINDS

_TYPES = {
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.bool_(): "boolean",
    pa.string(): 'text COLLATE "C"',
}


@dataclass(frozen=True)
class _Rows:
    """What a query found, as DuckDB's relation hands it over."""

    schema: pa.Schema
    rows: list[tuple[Any, ...]]

    def to_arrow_table(self) -> pa.Table:
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.schema)
        arrays = [_array(values, field.type) for values, field in zip(columns, self.schema, strict=True)]
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def to_arrow_reader(self, size: int) -> Iterator[pa.RecordBatch]:
        yield from self.to_arrow_table().to_batches(size)


class OnPostgresql:
    """Stands in for `Facts`."""

    def __init__(self, facts: Facts, conninfo: str) -> None:
        self._connection = psycopg.connect(conninfo, autocommit=True)
        with facts.session(SYSTEM) as session:
            self._names = session.names
            for kind in ROW_KINDS:
                self._load(kind.name, session.table(getattr(session, kind.name)))

    def close(self) -> None:
        self._connection.close()

    def run(self, expression: ir.Table) -> _Rows:
        rows = self._connection.execute(str(ibis.to_sql(expression, dialect="postgres")).encode()).fetchall()
        return _Rows(expression.schema().to_pyarrow(), rows)

    @contextmanager
    def session(self, scope: Scope, *, own: bool = False) -> Iterator[Session]:
        yield _session(self, scope, self._names)  # type: ignore[arg-type]

    def _load(self, name: str, table: pa.Table) -> None:
        columns = ", ".join(f'"{field.name}" {_type(field.type)}' for field in table.schema)
        self._connection.execute(f'CREATE TABLE "{name}" ({columns})'.encode())
        with self._connection.cursor().copy(f'COPY "{name}" FROM STDIN'.encode()) as copy:
            for row in table.to_pylist():
                copy.write_row(list(row.values()))


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return "text[]"
    return "timestamp" if pa.types.is_timestamp(kind) else _TYPES[kind]


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    whole = int if pa.types.is_integer(kind) else float if pa.types.is_floating(kind) else None
    return pa.array([value if value is None or whole is None else whole(value) for value in values], kind)
