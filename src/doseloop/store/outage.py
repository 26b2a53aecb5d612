"""Telling an outage, which passes and is nobody's fault, from a fault of one object."""

import errno
import sqlite3

from django.db import InterfaceError, OperationalError

_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM}


def is_outage(error: BaseException) -> bool:
    """Whether the disk or the record cannot be used just now: full, read-only, failing, locked, gone.

    SQLite's general error (SQLITE_ERROR) is none: it is about the statement, and so about the object.
    """
    if isinstance(error, OSError):
        return error.errno in _OF_THE_DISK
    if isinstance(error, OperationalError | InterfaceError):
        code = getattr(error.__cause__, "sqlite_errorcode", None)
        return code != sqlite3.SQLITE_ERROR
    return False
