"""Rows of the audit as bytes: what a seal is made over."""

import hashlib
import json
from collections.abc import Iterator

from django.db import connection

COLUMNS = (
    "id", "at", "account_id", "actor", "address", "action", "subject", "patient_key", "identified", "site_id", "before",
    "after",
)  # fmt: skip
"""Every column of the audit, in the order in which a seal takes them. Another order, or one more, needs another version."""


def marks(after: int | None, until: int, most: int | None = None) -> Iterator[tuple[int, str]]:
    """Key and SHA-256 of the rows after one key (None: from the first there is) until another, in the order of their keys."""
    bounds = '"id" <= %s' if after is None else '"id" <= %s AND "id" > %s'
    limit = "" if most is None else f" LIMIT {most:d}"
    columns = ", ".join(stored(name) for name in COLUMNS)
    asked = f'SELECT "id", {columns} FROM "store_auditrow" WHERE {bounds} ORDER BY "id"{limit}'  # noqa: S608 (names of ours)
    with connection.cursor() as cursor:
        cursor.execute(asked, [until] if after is None else [until, after])
        while found := cursor.fetchmany(1000):
            for key, *held in found:
                yield key, hashlib.sha256(json.dumps(held).encode()).hexdigest()


def stored(column: str) -> str:
    """SQL for the type and the bytes of a column as they are stored: what a parser would forgive is a change all the same."""
    if connection.vendor == "postgresql":
        return f"""pg_typeof("{column}")::text || ' ' || encode(convert_to("{column}"::text, 'UTF8'), 'hex')"""
    return f"""typeof("{column}") || ' ' || hex("{column}")"""


def text(held: str | None) -> str:
    """A column as `stored` gives it, as text; what cannot be text is kept visible."""
    return bytes.fromhex((held or "").partition(" ")[2]).decode(errors="backslashreplace")
