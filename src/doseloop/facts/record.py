"""The one place of the facts that knows what kind of database the record is, and opens it for reading."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import psycopg

from doseloop.model.errors import SetupError
from doseloop.store.address import Address, PostgresDatabase, SqliteFile

_BATCH = 20_000
_BUSY_SECONDS = 30.0


class Reading(Protocol):
    """One consistent view of the record: later commits do not show in it."""

    def batches(self, query: str, values: Sequence[str | int] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of the query in batches; `?` stands for each of the values."""

    def first(self, query: str, values: Sequence[str | int] = ()) -> tuple[Any, ...] | None:
        """The first row, None where there is none."""


@contextmanager
def reading(record: Address) -> Iterator[Reading]:
    """Open the record for reading, as of now.

    Errors: `SetupError` where there is no record, or it does not answer.
    """
    if isinstance(record, SqliteFile):
        with _reading_file(record) as opened:
            yield opened
    else:
        with _reading_server(record) as opened:
            yield opened


def last_change(record: Reading) -> int:
    """Number of the last change of exams, 0 before the first."""
    row = record.first("SELECT value FROM store_counter WHERE name = 'exams'")
    return 0 if row is None else int(row[0])


@dataclass(frozen=True, slots=True)
class _File:
    connection: sqlite3.Connection

    def batches(self, query: str, values: Sequence[str | int] = ()) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self.connection.execute(query, values)
        while rows := cursor.fetchmany(_BATCH):
            yield rows

    def first(self, query: str, values: Sequence[str | int] = ()) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.connection.execute(query, values).fetchone()
        return row


@contextmanager
def _reading_file(record: SqliteFile) -> Iterator[_File]:
    """Python's own `sqlite3` alone: a second SQLite library in a process breaks the locks on the file (POSIX drops all locks
    of a process when any descriptor of the file is closed), and commits of other processes vanish.
    """
    if not record.path.is_file():
        raise SetupError(f"There is no record at {record}.")
    address = f"file:{quote(str(record.path.absolute()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        yield _File(connection)
        connection.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class _Server:
    connection: "psycopg.Connection[tuple[Any, ...]]"

    def batches(self, query: str, values: Sequence[str | int] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """Through a cursor of the server, so that a record of any size passes through little memory."""
        with self.connection.cursor("rows", binary=True) as cursor:
            cursor.execute(_placed(query), values)
            while rows := cursor.fetchmany(_BATCH):
                yield rows

    def first(self, query: str, values: Sequence[str | int] = ()) -> tuple[Any, ...] | None:
        return self.connection.execute(_placed(query), values, binary=True).fetchone()


@contextmanager
def _reading_server(record: PostgresDatabase) -> Iterator[_Server]:
    try:
        with psycopg.connect(record.conninfo) as connection:
            connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
            yield _Server(connection)
    except psycopg.OperationalError as error:
        raise SetupError(f"The record at {record} does not answer ({type(error).__name__}).") from None


def _placed(query: str) -> bytes:
    """The query with psycopg's places for values; ours are written in code and hold no other `?` or `%`."""
    return query.replace("?", "%s").encode()
