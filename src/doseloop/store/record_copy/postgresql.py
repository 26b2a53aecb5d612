"""A record on a PostgreSQL server: copied by pg_dump in one exported snapshot, put back by pg_restore.

Both are the server's own: a dump has the tables with their constraints, triggers and sequences, and goes into any later
version of the server. Copies of tables by ourselves would need the very version of Doseloop that made them.
"""

import os
import re
import secrets
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
_BESIDE_THE_PATH = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
"""Where Debian and Red Hat keep the programs of each version."""


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
        """The rows as texts, in an order that no locale changes: a copy may lie in a database of another one."""
        query = sql.SQL('SELECT one::text FROM {} AS one ORDER BY one::text COLLATE "C"').format(sql.Identifier(name))
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
    """One view of the record on a server. Errors: `SetupError` where it does not answer, or goes away meanwhile."""
    try:
        with psycopg.connect(_conninfo(database)) as connection:
            connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
            connection.execute("SELECT 1")  # the view is of this moment
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield _Server(connection, database)
    except psycopg.OperationalError as error:
        raise SetupError(f"The record on the server does not answer ({type(error).__name__}).") from None


def check_empty(database: Database) -> None:
    """See that a record can be put there. Errors: `SetupError` where the database holds tables or does not answer."""
    with view(database) as there:
        if next(there.rows(_TABLES), None) is not None:
            raise SetupError(
                f"The database {database['NAME']} holds tables already: make an empty one (docs/operating.md) and name it "
                "by DOSELOOP_RECORD. Nothing was changed."
            )


def put_back(folder: Path, database: Database) -> None:
    """Put the copied record into the database, which must be empty."""
    check_empty(database)
    _restore(folder, database)


@contextmanager
def tried(folder: Path, database: Database) -> Iterator[_Server]:
    """The copied record in a database of its own beside the record's, which is dropped at the end.

    Errors: `SetupError` where the user may make none.
    """
    name = f"{database['NAME']}_drill_{secrets.token_hex(4)}"
    with _made(name, database):
        trial = {**database, "NAME": name}
        _restore(folder, trial)
        with view(trial) as there:
            yield there


@contextmanager
def _made(name: str, database: Database) -> Iterator[None]:
    make = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(_conninfo(database), autocommit=True) as connection:
        try:
            connection.execute(make)
        except psycopg.errors.InsufficientPrivilege:
            raise SetupError(
                "The drill restores the copy into a database of its own beside the record, which this user may not make: "
                "`ALTER ROLE doseloop CREATEDB`, or restore the backup into an empty database (docs/operating.md)."
            ) from None
    try:
        yield
    finally:
        with psycopg.connect(_conninfo(database), autocommit=True) as connection:
            connection.execute(drop)


def _restore(folder: Path, database: Database) -> None:
    how = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    _run("pg_restore", database, *how, str(folder / NAME))


def _conninfo(database: Database) -> str:
    given = database.get("OPTIONS", {}).items()
    options: dict[str, Any] = {name: value for name, value in given if isinstance(value, str | int)}
    return make_conninfo(dbname=database["NAME"], **options)


def _run(program: str, database: Database, *words: str) -> None:
    """Run a program of PostgreSQL. The password is in no command line, where other users would see it.

    Errors: `SetupError`, with the last line of what the program said.
    """
    options = dict(database.get("OPTIONS", {}))
    password = options.pop("password", "")
    where = _conninfo({**database, "OPTIONS": options})
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [_found(program), f"--dbname={where}", *words]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        said = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise SetupError(f"{program} failed: {said}")


def _found(program: str) -> str:
    """The program: that on the path, else that of the newest version which is installed. Errors: `SetupError`."""
    beside = [path for pattern in _BESIDE_THE_PATH for path in Path("/").glob(f"{pattern[1:]}/{program}")]
    newest = max(beside, key=lambda path: int("".join(re.findall(r"\d+", str(path))[:1])), default=None)
    found = shutil.which(program) or newest
    if found is None:
        raise SetupError(
            f"{program} is not installed: install the client programs of PostgreSQL (Debian: postgresql-client), of the "
            "server's version or a later one."
        )
    return str(found)
