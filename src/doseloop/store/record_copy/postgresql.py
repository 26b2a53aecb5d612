"""A record on a PostgreSQL server: copied by pg_dump in one exported snapshot, put back by pg_restore."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from doseloop.model.errors import SetupError
from doseloop.store.record_copy.view import Database, Table, digest

NAME = "record.pgdump"


@dataclass(frozen=True, slots=True)
class _Server:
    connection: "psycopg.Connection[tuple[Any, ...]]"
    database: Database
    engine: str = "postgresql"

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        with self.connection.cursor("rows") as cursor:
            yield from cursor.execute(query.encode())

    def tables(self) -> dict[str, Table]:
        names = [str(name) for (name,) in self.rows(_TABLES)]
        return {name: digest(self._texts(name)) for name in names}

    def _texts(self, name: str) -> Iterator[tuple[Any, ...]]:
        table = sql.Identifier(name)
        query = sql.SQL("SELECT one::text FROM {} AS one ORDER BY one::text").format(table)
        with self.connection.cursor("table") as cursor:
            yield from cursor.execute(query)

    def copy_into(self, folder: Path) -> None:
        (snapshot,) = self.connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        path = folder / NAME
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _run("pg_dump", self.database, f"--snapshot={snapshot}", "--format=custom", f"--file={path}")

    def faults(self) -> list[str]:
        return []


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"


@contextmanager
def view(database: Database) -> Iterator[_Server]:
    """One view of the record on a server."""
    try:
        with psycopg.connect(_conninfo(database)) as connection:
            connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
            connection.execute("SELECT 1")  # the view is of this moment
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield _Server(connection, database)
    except psycopg.OperationalError as error:
        raise SetupError(f"The record on the server does not answer ({type(error).__name__}).") from None


def put_back(folder: Path, database: Database) -> None:
    """Put the copied record into the database, which must be empty."""
    with view(database) as there:
        if there.tables():
            raise SetupError("The database that the setting names holds tables already: name an empty one.")
    _run("pg_restore", database, "--exit-on-error", "--single-transaction", "--no-owner", str(folder / NAME))


def _conninfo(database: Database) -> str:
    given = database.get("OPTIONS", {}).items()
    options: dict[str, Any] = {name: value for name, value in given if isinstance(value, str | int)}
    return make_conninfo(dbname=database["NAME"], **options)


def _run(program: str, database: Database, *words: str) -> None:
    """Run a program of PostgreSQL. The password is in no command line, where other users would see it.

    Errors: `SetupError`, with the last line of what the program said.
    """
    if shutil.which(program) is None:
        raise SetupError(
            f"{program} is not installed: install the server's own version of PostgreSQL's client programs."
        )
    options = dict(database.get("OPTIONS", {}))
    password = options.pop("password", "")
    where = _conninfo({**database, "OPTIONS": options})
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [program, f"--dbname={where}", *words]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        said = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise SetupError(f"{program} failed: {said}")
