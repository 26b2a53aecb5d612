"""The record of the tests: a SQLite file for each, or with `--record=postgresql` a database for each on one server.

Django is set up for one of them before the first test module is imported, hence before pytest has read its options.
"""

import atexit
import os
import shutil
import sqlite3
import sys
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from doseloop.store.address import Address, PostgresDatabase, address_of
from tests.postgresql import Cluster, cluster

KINDS = ("sqlite", "postgresql")
KIND = os.environ.setdefault("DOSELOOP_TEST_RECORD", "postgresql" if "--record=postgresql" in sys.argv else "sqlite")
ON_POSTGRESQL = KIND == "postgresql"


@cache
def server() -> Cluster:
    """The server of this process's tests, started at the first call."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(cluster())


def fresh(folder: Path) -> Address:
    """A record without tables for this data folder."""
    return _database(server().make_database()) if ON_POSTGRESQL else address_of("", folder)


@cache
def record_url(folder: Path) -> str:
    """The setting `record` of a real installation over this data folder: the same for the same folder."""
    return server().url(server().make_database()) if ON_POSTGRESQL else ""


def copied(record: Address, folder: Path) -> Address:
    """A copy of a record that nobody has open, for this data folder."""
    if isinstance(record, PostgresDatabase):
        return _database(server().make_database(record.parameters["dbname"]))
    made = address_of("", folder)
    shutil.copy(str(record), str(made))
    return made


def removed(record: Address) -> None:
    """Remove a record that is no longer needed; files go with their folder."""
    if isinstance(record, PostgresDatabase):
        server().drop(record.parameters["dbname"])


def use_record(record: Address) -> None:
    """Let the models, and commands that a test starts, use this record."""
    from django.conf import settings
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict["NAME"] = record.database["NAME"]
    settings.RECORD = record
    if isinstance(record, PostgresDatabase):
        os.environ["DOSELOOP_RECORD"] = server().url(record.parameters["dbname"])


def rows(record: Address, query: str) -> list[tuple[Any, ...]]:
    """What a query finds, by a connection of its own."""
    if isinstance(record, PostgresDatabase):
        with psycopg.connect(record.conninfo) as connection:
            return connection.execute(query.encode()).fetchall()
    address = f"file:{record}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=30)) as file:
        return file.execute(query).fetchall()


def contents(record: Address) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {name: sorted(rows(record, f'SELECT * FROM "{name}"'), key=repr) for name in tables(record)}


def execute(record: Address, *statements: str) -> None:
    """Change a record behind Doseloop's back, where SQLite checks no reference."""
    if isinstance(record, PostgresDatabase):
        with psycopg.connect(record.conninfo) as connection:
            for statement in statements:
                connection.execute(statement.encode())
        return
    with closing(sqlite3.connect(str(record), timeout=30)) as file, file:
        for statement in ("PRAGMA foreign_keys=OFF", *statements):
            file.execute(statement)


def tables(record: Address) -> list[str]:
    """Names of its tables."""
    where = "sqlite_master WHERE type = 'table'"
    if isinstance(record, PostgresDatabase):
        where = "(SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public') t"
    return [str(name) for (name,) in rows(record, f"SELECT name FROM {where}")]


def _database(name: str) -> Address:
    return address_of(server().url(name), Path())
