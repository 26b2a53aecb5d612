"""Telling an outage, which passes and is nobody's fault, from a fault of one object."""

import errno
import sqlite3

from django.db import InterfaceError, OperationalError

NO_ANSWER = (OperationalError, InterfaceError)
"""What Django raises where the record does not answer: it is gone, full, or another holds it for too long."""
_LIMIT_EXCEEDED = "54"
"""The class of SQLSTATEs that says so."""
_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}


def is_outage(error: BaseException) -> bool:
    """Whether the disk or the record cannot be used just now: full, read-only, failing, locked, gone.

    SQLite's general error (SQLITE_ERROR) is none: it is about the statement, and so about the object. Nor is a limit of
    PostgreSQL that a value exceeds.
    """
    if isinstance(error, OSError):
        return error.errno in _OF_THE_DISK
    if isinstance(error, NO_ANSWER):
        code = getattr(error.__cause__, "sqlite_errorcode", None)
        return code != sqlite3.SQLITE_ERROR and not sqlstate(error).startswith(_LIMIT_EXCEEDED)
    return False


def sqlstate(error: BaseException) -> str:
    """What PostgreSQL calls the error (its documentation, appendix A), empty where there is none."""
    return str(getattr(error.__cause__, "sqlstate", None) or "")
