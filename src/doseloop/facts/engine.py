"""`Facts`: the exams, parts and events within a scope, as Ibis tables on DuckDB."""

import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from doseloop.access.scope import Scope
from doseloop.facts.manifest import spill_place
from doseloop.facts.newest import Latest, Newest
from doseloop.facts.paths import FactsPaths
from doseloop.facts.schema import NAME_KINDS, PEOPLE, PERSONS, ROW_KINDS, SCANNERS, SITES, RowKind
from doseloop.model.errors import SetupError

_BATCH = 5_000
_MOST_BUSY, _MOST_IDLE = 4, 2
_SETTINGS: dict[str, Any] = {
    "threads": 2,
    "memory_limit": "512MB",
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "python_enable_replacements": False,
}


@dataclass(frozen=True, slots=True)
class Session:
    """The rows that one scope may see, up to the last commit before the session was opened.

    `exams`, `parts`, `events` and `people` have the columns of `facts.schema` with `site_name` and `scanner_name`, `people` also
    `whom` each name stands for and whether that is one person; it has no row where the scope shows no operators. Times are naive:
    `started_at` is the wall clock of the site, `received_at` is UTC.
    """

    scope: Scope
    exams: ir.Table
    parts: ir.Table
    events: ir.Table
    people: ir.Table
    names: Mapping[str, pa.Table]
    """`sites`, `scanners`, `procedures` and `persons` (see `facts.schema`), restricted to the scope."""
    _engine: "_Engine"

    def table(self, expression: ir.Table) -> pa.Table:
        """The rows of an expression over this session's tables."""
        return _whole(self._engine.run(expression).to_arrow_table())

    def records(self, expression: ir.Table) -> list[dict[str, Any]]:
        """The rows of an expression, by column name."""
        rows: list[dict[str, Any]] = self.table(expression).to_pylist()
        return rows

    def batches(self, expression: ir.Table) -> Iterator[list[dict[str, Any]]]:
        """The rows of an expression in batches; no other query may run in the session meanwhile."""
        for batch in self._engine.run(expression).to_arrow_reader(_BATCH):
            yield _whole(pa.Table.from_batches([batch])).to_pylist()


class Facts:
    """Figures of one record. One for a process; threads may share it."""

    def __init__(self, paths: FactsPaths) -> None:
        self.paths = paths
        self._newest = Newest(paths)
        self._engines = _Engines(paths.folder)

    @contextmanager
    def session(self, scope: Scope, *, own: bool = False) -> Iterator[Session]:
        """Tables restricted to the sites of the scope.

        `own` gives the session an engine for itself, for large results that are read while others run. Without it no
        session may be opened within another: there is a limit to those that are open at a time, and who comes next waits.

        Errors: `SetupError` where there is no record, or the copy of it cannot be read.
        """
        try:
            with self._engines.own() if own else self._engines.shared() as engine:
                latest, names = self._newest.now()
                engine.show(latest, names)
                yield _session(engine, scope, names)
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            said = f"Figures cannot be read from {self.paths.folder} ({type(error).__name__})."
            raise SetupError(f"{said} That folder may be removed; it is made again.") from error


class _Engines:
    """Engines that wait for the next figure, the one used last first.

    Each holds the newest rows as it showed them last and memory of its own, so that one for each thread of a server would
    multiply both.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places = threading.BoundedSemaphore(_MOST_BUSY)
        self._idle: list[_Engine] = []

    @contextmanager
    def own(self) -> Iterator["_Engine"]:
        """An engine that ends with what it is for, beside all others."""
        engine = _Engine(self._folder, spills=True)
        try:
            yield engine
        finally:
            engine.close()

    @contextmanager
    def shared(self) -> Iterator["_Engine"]:
        """One that others use before and after. One that failed may fail from now on, and is not used again."""
        with self._places:
            engine = self._taken()
            try:
                yield engine
            except BaseException:
                engine.close()
                raise
            self._back(engine)

    def _taken(self) -> "_Engine":
        try:
            return self._idle.pop()
        except IndexError:
            return _Engine(self._folder)

    def _back(self, engine: "_Engine") -> None:
        if len(self._idle) < _MOST_IDLE:
            self._idle.append(engine)
        else:
            engine.close()


class _Engine:
    """One DuckDB in memory, whose views show the copy and the newest rows as one."""

    def __init__(self, folder: Path, *, spills: bool = False) -> None:
        self._folder = folder.absolute()
        # A large sort goes to the disk beside the copy, which has the same mode; ordinary figures fit into memory.
        self._spill = spill_place(self._folder) if spills else None
        settings = {**_SETTINGS, "temp_directory": str(self._spill or "")}
        self._connection = duckdb.connect(":memory:", config=settings)
        self._connection.execute("SET parquet_metadata_cache = true")
        self._connection.execute("SET allowed_directories = [?]", [str(self._folder)])
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")
        self._latest: Latest | None = None
        self._names: Mapping[str, pa.Table] = {}

    def close(self) -> None:
        """Give memory and disk back."""
        self._connection.close()
        if self._spill:
            shutil.rmtree(self._spill, ignore_errors=True)

    def run(self, expression: ir.Table) -> duckdb.DuckDBPyRelation:
        """Start a query."""
        return self._connection.sql(_sql(expression))

    def show(self, latest: Latest, names: Mapping[str, pa.Table]) -> None:
        """Make the views show these rows and names."""
        for name, table in names.items():
            if not (name in self._names and self._names[name].equals(table)):
                self._connection.register(f"{name}_named", table)
        self._names = names
        before = self._latest
        if before is latest:
            return
        self._latest = None
        self._connection.register("hidden", latest.hidden)
        for kind in ROW_KINDS:
            self._connection.register(f"{kind.name}_newest", latest.rows.of(kind))
        if before is None or before.manifest.generation != latest.manifest.generation:
            for kind in ROW_KINDS:
                self._define(kind, latest.manifest.files(kind.name))
        self._latest = latest

    def _define(self, kind: RowKind, files: Sequence[str]) -> None:
        copied = f"{kind.name}_copied"
        self._connection.unregister(copied)
        if files:
            paths = [str(self._folder / name) for name in files]
            self._connection.read_parquet(paths).create_view(copied, replace=True)
        else:
            self._connection.register(copied, kind.schema.empty_table())
        self._connection.execute(f"CREATE OR REPLACE VIEW {kind.name} AS {_view_sql(kind.name)}")


def _whole(table: pa.Table) -> pa.Table:
    """DuckDB adds whole numbers up to 128 bits, which Arrow has as decimals only: sums of counts are whole numbers."""
    fields = [pa.field(one.name, pa.int64()) if pa.types.is_decimal(one.type) else one for one in table.schema]
    return table.cast(pa.schema(fields))


def _sql(expression: ir.Table) -> str:
    return _compiled(expression.op())


@lru_cache(maxsize=512)
def _compiled(operation: ops.Relation) -> str:
    # Making SQL takes longer than most queries, and pages ask the same ones again.
    return str(ibis.to_sql(operation.to_expr(), dialect="duckdb"))


def _declared(name: str, schema: pa.Schema) -> ir.Table:
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)


def _view(kind: RowKind) -> ir.Table:
    copied = _declared(f"{kind.name}_copied", kind.schema)
    hidden = _declared("hidden", pa.schema([("exam", pa.int64())]))
    rows = copied.anti_join(hidden, "exam").union(_declared(f"{kind.name}_newest", kind.schema))
    sites = _declared("sites_named", SITES.schema).select("site", "site_name")
    scanners = _declared("scanners_named", SCANNERS.schema).select("scanner", "scanner_name")
    named = rows.left_join(sites, "site").drop("site_right")
    named = named.left_join(scanners, "scanner").drop("scanner_right")
    if kind is not PEOPLE:
        return named
    persons = _declared("persons_named", PERSONS.schema).select("person", "whom", "is_one_person")
    return named.inner_join(persons, "person")


# Made at the first figure, not at the start of every role that imports this: it takes a second.
@cache
def _view_sql(name: str) -> str:
    return _sql(_view(_KINDS[name]))


@cache
def _table(name: str) -> ir.Table:
    return _declared(name, _view(_KINDS[name]).schema().to_pyarrow())


_KINDS = {kind.name: kind for kind in ROW_KINDS}


def _session(engine: _Engine, scope: Scope, names: Mapping[str, pa.Table]) -> Session:
    exams, parts, events, people = (_seen(_table(kind.name), scope) for kind in ROW_KINDS)
    if not scope.identity:
        exams = exams.mutate(accession_number=ibis.null(str))
    if not scope.operators:
        people = people.filter(ibis.literal(False))
    return Session(scope, exams, parts, events, people, _names_seen(names, scope), engine)


def _seen(table: ir.Table, scope: Scope) -> ir.Table:
    return table if scope.every_site else table.filter(table.site.isin(sorted(scope.sites)))


def _names_seen(names: Mapping[str, pa.Table], scope: Scope) -> dict[str, pa.Table]:
    if not scope.operators:
        names = {**names, PERSONS.name: PERSONS.schema.empty_table()}
    if scope.every_site:
        return dict(names)
    return {
        kind.name: table.filter(pa.array([scope.sees(site) for site in table["site"].to_pylist()], pa.bool_()))
        if "site" in table.schema.names
        else table
        for kind in NAME_KINDS
        for table in [names[kind.name]]
    }
