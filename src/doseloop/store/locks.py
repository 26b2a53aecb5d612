"""What writers hold against each other: locks by name, and what to do about errors of a record that has them.

Write store code for a record in which others write at the same time, as on PostgreSQL (READ COMMITTED): on SQLite, where a
transaction has the whole record, all of it costs nothing.
"""

import hashlib

from django.db import InterfaceError, OperationalError, connection

NO_ANSWER = (OperationalError, InterfaceError)
"""What Django raises where the record does not answer: it is gone, full, or another holds it for too long."""
_LOST_RACES = frozenset(("40001", "40P01"))
_TOO_LONG = "54"


def hold(name: str) -> None:
    """Hold what the name stands for until the transaction ends; waits for whoever holds it now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


def lost_a_race(error: BaseException) -> bool:
    """Whether the record ended a transaction because two waited for each other: the same may be done again at once."""
    return _state(error) in _LOST_RACES


def refused_values(error: BaseException) -> bool:
    """Whether the record answers, and has no place for values of this size: doing it again is of no use."""
    return _state(error).startswith(_TOO_LONG)


def _state(error: BaseException) -> str:
    """The SQLSTATE (PostgreSQL, Appendix A), empty where there is none."""
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
