"""The record copied as it was at one moment, while others write it, and put back. One file an engine.

What a copy is good for is checked by digests of every table, taken in the view of the record that is copied.
"""

from contextlib import AbstractContextManager
from pathlib import Path

from doseloop.store.record_copy import postgresql, sqlite
from doseloop.store.record_copy.view import Database, View


def view(database: Database) -> AbstractContextManager[View]:
    """One view of the record: later commits do not show in it. `database` is Django's entry of it.

    Errors: `SetupError` where there is no record, or a program of the engine is missing.
    """
    return postgresql.view(database) if _on_server(database) else sqlite.view(Path(database["NAME"]))


def copied(folder: Path) -> AbstractContextManager[View]:
    """The record in a backup's folder, opened where that needs no server. Errors: `SetupError`."""
    return sqlite.view(folder / sqlite.NAME, unchanging=True)


def put_back(folder: Path, database: Database) -> None:
    """Put the record of a backup's folder where the settings say. Errors: `SetupError` where one is there already."""
    if _on_server(database):
        postgresql.put_back(folder, database)
    else:
        sqlite.put_back(folder, Path(database["NAME"]))


def _on_server(database: Database) -> bool:
    return "postgresql" in database["ENGINE"]
