"""A record in a SQLite file: copied by SQLite's own backup of one view, while others write."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from doseloop.model.errors import SetupError
from doseloop.store.durable import draft
from doseloop.store.record_copy.view import Table, digest

NAME = "record.sqlite3"
_BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _File:
    connection: sqlite3.Connection
    engine: str = "sqlite"

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        yield from self.connection.execute(query)

    def tables(self) -> dict[str, Table]:
        names = [str(name) for (name,) in self.rows(_TABLES)]
        return {name: digest(self.rows(f'SELECT * FROM "{name}" ORDER BY rowid')) for name in names}  # noqa: S608

    def copy_into(self, folder: Path) -> None:
        """In one step: a backup in steps begins anew each time that somebody writes."""
        path = folder / NAME
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(path)) as copy:
            self.connection.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")

    def faults(self) -> list[str]:
        return [*self.damage(), *self.broken_references()]

    def damage(self) -> list[str]:
        """What SQLite finds not intact."""
        return [str(told) for (told,) in self.rows("PRAGMA integrity_check(20)") if told != "ok"]

    def broken_references(self) -> list[str]:
        """Rows that name a row that is not there."""
        broken = [(row[0], row[1], row[2]) for row in self.rows("PRAGMA foreign_key_check")]
        return [f"{table} {key} names a row of {parent} that is not there." for table, key, parent in broken]


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"


@contextmanager
def view(path: Path, *, unchanging: bool = False) -> Iterator[_File]:
    """One view of the record in a file. `unchanging` is a file that nobody writes: nothing is made beside it."""
    if not path.is_file():
        raise SetupError(f"There is no record at {path}.")
    how = "immutable=1" if unchanging else "mode=ro"
    address = f"file:{quote(str(path.absolute()))}?{how}"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the view is of this moment
        yield _File(connection)
        connection.execute("ROLLBACK")


def put_back(folder: Path, path: Path) -> None:
    """Put the copied file where the record belongs."""
    if path.exists():
        raise SetupError(f"There is a record at {path} already.")
    with (folder / NAME).open("rb") as copy, draft("backup", path.parent) as record:
        while chunk := copy.read(1 << 20):
            record.write(chunk)
        record.become(path)
