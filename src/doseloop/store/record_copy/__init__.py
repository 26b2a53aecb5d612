"""The record copied as it was at one moment, while others write it, and put back. One file an engine.

What a copy is good for is checked by digests of every table, taken in the view of the record that is copied.
"""

from contextlib import AbstractContextManager
from pathlib import Path

from doseloop.model.errors import SetupError
from doseloop.store.record_copy import postgresql, sqlite
from doseloop.store.record_copy.view import Database, View


def view(database: Database) -> AbstractContextManager[View]:
    """One view of the record: later commits do not show in it. `database` is Django's entry of it.

    Errors: `SetupError` where there is no record, or a program of the engine is missing.
    """
    return postgresql.view(database) if _on_server(database) else sqlite.view(Path(database["NAME"]))


def tried(folder: Path, database: Database) -> AbstractContextManager[View]:
    """The record of a backup's folder opened: a file where it lies, a dump in a database beside the record's for as long.

    Errors: `SetupError`.
    """
    if _on_server(database):
        return postgresql.tried(folder, database)
    return sqlite.view(folder / sqlite.NAME, unchanging=True)


def check_place(engine: str, database: Database) -> None:
    """See that a record that was copied from this engine can be put there, before anything is changed.

    Errors: `SetupError` where it is of another engine, or a server's database is not empty or does not answer.
    """
    if (engine == "postgresql") != _on_server(database):
        said = ("was a SQLite file", "names a server") if _on_server(database) else ("was on a server", "names none")
        raise SetupError(
            f"The record of the backup {said[0]}, and the setting `record` {said[1]}: a backup goes back into what it was "
            "made of."
        )
    if _on_server(database):
        postgresql.check_empty(database)


def put_back(folder: Path, database: Database) -> None:
    """Put the record of a backup's folder where the settings say. Errors: `SetupError` where one is there already."""
    if _on_server(database):
        postgresql.put_back(folder, database)
    else:
        sqlite.put_back(folder, Path(database["NAME"]))


def _on_server(database: Database) -> bool:
    return "postgresql" in database["ENGINE"]
