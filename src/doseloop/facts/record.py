"""The one place that knows what kind of database the record is, and opens it for reading."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from doseloop.model.errors import SetupError

_BATCH = 20_000
_BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One consistent view of the record: later commits do not show in it."""

    _connection: sqlite3.Connection

    def batches(self, query: str, values: Sequence[str | int] = ()) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of the query in batches; `?` stands for each of the values."""
        cursor = self._connection.execute(query, values)
        while rows := cursor.fetchmany(_BATCH):
            yield rows

    def first(self, query: str, values: Sequence[str | int] = ()) -> tuple[Any, ...] | None:
        """The first row, None where there is none."""
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row


@contextmanager
def reading(record: Path) -> Iterator[Reading]:
    """Open the record for reading, as of now.

    Python's own `sqlite3` alone: a second SQLite library in a process breaks the locks on the file (POSIX drops all locks
    of a process when any descriptor of the file is closed), and commits of other processes vanish.

    Errors: `SetupError` where there is no record.
    """
    if not record.is_file():
        raise SetupError(f"There is no record at {record}.")
    address = f"file:{quote(str(record.absolute()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        yield Reading(connection)
        connection.execute("ROLLBACK")


def last_change(record: Reading) -> int:
    """Number of the last change of exams, 0 before the first."""
    row = record.first("SELECT value FROM store_counter WHERE name = 'exams'")
    return 0 if row is None else int(row[0])
