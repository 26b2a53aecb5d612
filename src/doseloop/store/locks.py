"""What writers hold against each other: locks by name.

Write store code for a record in which others write at the same time, as on PostgreSQL (READ COMMITTED): on SQLite, where a
transaction has the whole record, all of it costs nothing.
"""

import hashlib

from django.db import connection

from doseloop.store.outage import sqlstate

_LOST_RACES = frozenset(("40001", "40P01"))


def hold(name: str) -> None:
    """Hold what the name stands for until the transaction ends; waits for whoever holds it now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


def lost_a_race(error: BaseException) -> bool:
    """Whether the record ended a transaction because two waited for each other: the same may be done again at once."""
    return sqlstate(error) in _LOST_RACES


def _number(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
