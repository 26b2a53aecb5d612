"""What somebody does to the audit who can write the database itself, in the words of each engine."""

import json
import random
from typing import Any

from django.db import connection

from doseloop.store.append_only import AUDIT
from doseloop.store.audit_rows import COLUMNS
from tests.record import ON_POSTGRESQL

SEALS = ("number", "at", "last_row", "marks", "digest", "mac")

REFUSED = [
    "UPDATE store_auditrow SET actor = 'somebody else' WHERE id = 3",
    "DELETE FROM store_auditrow WHERE id = 3",
    "DELETE FROM store_auditrow",
    "UPDATE store_auditseal SET at = '' WHERE number = 2",
    "DELETE FROM store_auditseal WHERE number = 5",
]
"""What the database does not do."""
if ON_POSTGRESQL:
    _ANEW = "(number, at, last_row, marks, digest, mac) VALUES (5, '', 0, '', '', '')"
    REFUSED += [
        "TRUNCATE store_auditrow",
        "TRUNCATE store_auditseal",
        f"INSERT INTO store_auditseal {_ANEW} ON CONFLICT (number) DO UPDATE SET at = excluded.at",
    ]
    JSON_CHANGED = 'UPDATE store_auditrow SET after = after || \'{"state": "set  aside"}\' WHERE id = 4'
    TIME_CHANGED = "UPDATE store_auditrow SET at = at + interval '1 microsecond' WHERE id = 6"
    NO_TEXT = "UPDATE store_auditrow SET actor = chr(1) WHERE id = 6"
else:
    REFUSED += [
        "INSERT OR REPLACE INTO store_auditrow SELECT * FROM store_auditrow WHERE id = 3",
        "REPLACE INTO store_auditseal SELECT * FROM store_auditseal WHERE number = 5",
    ]
    JSON_CHANGED = "UPDATE store_auditrow SET after = replace(after, ': ', ':  ') WHERE id = 4"
    TIME_CHANGED = "UPDATE store_auditrow SET at = replace(at, ' ', 'T') WHERE id = 6"
    NO_TEXT = "UPDATE store_auditrow SET actor = CAST(x'ff' AS TEXT) WHERE id = 6"


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def drop_triggers() -> None:
    """What nothing keeps the owner of the database from."""
    if ON_POSTGRESQL:
        for table in AUDIT:
            run(f"DROP TRIGGER {table}_no_change ON {table}")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("PRAGMA ignore_check_constraints = ON")


def change_one_byte(chance: random.Random) -> str:
    """Another byte somewhere in a sealed row or in a seal; where a value is missing, one that is there."""
    table = chance.choice(sorted(AUDIT))
    key = AUDIT[table]
    column = chance.choice(COLUMNS if table == "store_auditrow" else SEALS)
    number = chance.randint(1, 20 if table == "store_auditrow" else 5)
    other = _other_in_server if ON_POSTGRESQL else _other_in_file
    value = other(chance, f"FROM {table} WHERE {key} = {number}", column, is_key=column == key)
    run(f'UPDATE {table} SET "{column}" = {value} WHERE {key} = {number}')
    return f"{table} {number} {column} = {value}"


def _other_in_file(chance: random.Random, where: str, column: str, *, is_key: bool) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT typeof("{column}"), hex("{column}") {where}')
        kind, held = cursor.fetchone()
    content = bytearray(bytes.fromhex(held))
    if kind == "text" and content:
        content[chance.randrange(len(content))] ^= chance.randint(1, 255)
        return f"CAST(x'{content.hex()}' AS TEXT)"
    if kind == "integer":
        return _other_number(chance, int(content), is_key=is_key)
    return "'x'" if kind == "text" else str(chance.randint(0, 1))


def _other_in_server(chance: random.Random, where: str, column: str, *, is_key: bool) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT pg_typeof("{column}")::text, "{column}"::text {where}')
        kind, held = cursor.fetchone()
    if kind in ("bigint", "integer"):
        return (
            str(chance.randint(0, 1))
            if held is None
            else _other_number(chance, int(held), is_key=is_key, most=30 if kind == "integer" else 40)
        )
    if kind == "boolean":
        return str(chance.choice([one for one in ("true", "false", None) if one != held]) or "NULL")
    if kind == "jsonb":
        return f"'{_other_json(chance, held)}'"
    if kind == "timestamp with time zone":
        return f"'{held}'::timestamptz + interval '{chance.choice((-1, 1)) << chance.randint(0, 40)} microseconds'"
    return f"'{_other_text(chance, held)}'"


def _other_number(chance: random.Random, held: int, *, is_key: bool, most: int = 40) -> str:
    return str(held ^ (1 << chance.randint(5 if is_key else 0, most)))


def _other_text(chance: random.Random, held: str) -> str:
    """Another character in place of one."""
    place = chance.randrange(len(held)) if held else 0
    other = chr(ord(held[place]) ^ chance.randint(1, 127)) if held else "x"
    return held[:place] + (other if other not in "\0'%" else "#") + held[place + 1 :]


def _other_json(chance: random.Random, held: str) -> str:
    """The same with another character in it, which is JSON of another meaning; what is empty gets something."""
    if held == "{}":
        return '{"x": 1}'
    while True:
        found = _other_text(chance, held)
        try:
            if json.loads(found) != json.loads(held):
                return found
        except ValueError:
            continue
