"""An outage is told from a fault of one object, so that a full disk sets no object apart."""

import errno
import sqlite3

import psycopg
import pytest
from django.db import OperationalError

from doseloop.model.errors import Malformed
from doseloop.store.locks import lost_a_race
from doseloop.store.outage import is_outage


def of_sqlite(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("told by SQLite")
    cause.sqlite_errorcode = code
    error = OperationalError("told by Django")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
def test_a_disk_that_cannot_be_written_is_an_outage(number: int) -> None:
    assert is_outage(OSError(number, "of the disk"))


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR]
)
def test_a_record_that_cannot_be_written_is_an_outage(code: int) -> None:
    assert is_outage(of_sqlite(code))


def of_postgresql(kind: type[psycopg.Error]) -> OperationalError:
    error = OperationalError("told by Django")
    error.__cause__ = kind("told by PostgreSQL")
    return error


@pytest.mark.parametrize(
    "kind",
    [psycopg.errors.DiskFull, psycopg.errors.AdminShutdown, psycopg.errors.LockNotAvailable, psycopg.OperationalError],
)
def test_a_server_that_cannot_be_used_is_an_outage(kind: type[psycopg.Error]) -> None:
    assert is_outage(of_postgresql(kind))


def test_a_transaction_that_lost_a_race_is_told_from_other_errors() -> None:
    assert lost_a_race(of_postgresql(psycopg.errors.DeadlockDetected))
    assert not lost_a_race(of_postgresql(psycopg.errors.DiskFull))
    assert not lost_a_race(of_sqlite(sqlite3.SQLITE_BUSY))


def test_a_turn_that_did_not_come_is_an_outage() -> None:
    assert is_outage(OperationalError("The record is locked."))


@pytest.mark.parametrize(
    "error",
    [
        of_postgresql(psycopg.errors.ProgramLimitExceeded),
        of_sqlite(sqlite3.SQLITE_ERROR),
        OSError(errno.ENOENT, "gone"),
        Malformed("x"),
        ValueError("x"),
    ],
)
def test_a_fault_of_one_object_is_none(error: Exception) -> None:
    assert not is_outage(error)
