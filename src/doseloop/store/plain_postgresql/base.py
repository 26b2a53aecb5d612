"""PostgreSQL whose texts are what they are in SQLite.

Columns of text have the collation "C": they are compared and ordered by code point, whatever the locale of the database is.
PostgreSQL has no NUL character in texts and JSON: one that a peer sent shows as U+FFFD instead of costing its object.
"""

import json
from typing import Any

from django.db.backends.postgresql import base, operations
from django.db.backends.postgresql.psycopg_any import Jsonb
from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.types.string import StrDumper, StrDumperUnknown

from doseloop.store.plain_postgresql.schema import DatabaseSchemaEditor

NUL, SHOWN = "\0", "\N{REPLACEMENT CHARACTER}"


class _Text(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace(NUL, SHOWN))


class _UntypedText(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace(NUL, SHOWN))


class DatabaseOperations(operations.DatabaseOperations):
    """JSON without NUL."""

    def adapt_json_value(self, value: Any, encoder: type[json.JSONEncoder] | None) -> Jsonb:
        """JSON as PostgreSQL takes it."""
        return Jsonb(value, dumps=lambda one: json.dumps(_without_nul(one), cls=encoder))


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection."""

    ops_class = DatabaseOperations
    SchemaEditorClass = DatabaseSchemaEditor

    def get_new_connection(self, conn_params: dict[str, Any]) -> "Connection[Any]":
        """A connection whose texts hold no NUL."""
        connection: Connection[Any] = super().get_new_connection(conn_params)
        connection.adapters.register_dumper(str, _UntypedText)
        connection.adapters.register_dumper(str, _Text)
        return connection


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(NUL, SHOWN)
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nul(one) for one in value]
    return value
