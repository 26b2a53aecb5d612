"""An outage is told from a fault of one object, so that a full disk sets no object apart."""

import errno
import sqlite3

import pytest
from django.db import OperationalError

from doseloop.model.errors import Malformed
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


def test_a_turn_that_did_not_come_is_an_outage() -> None:
    assert is_outage(OperationalError("The record is locked."))


@pytest.mark.parametrize(
    "error", [of_sqlite(sqlite3.SQLITE_ERROR), OSError(errno.ENOENT, "gone"), Malformed("x"), ValueError("x")]
)
def test_a_fault_of_one_object_is_none(error: Exception) -> None:
    assert not is_outage(error)
