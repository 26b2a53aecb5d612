"""Tables that only grow: the database itself refuses to change or remove a row of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

AUDIT = {"store_auditrow": "id", "store_auditseal": "number"}
"""The tables of the audit, with their primary keys."""
LOOKS = {"store_effectlookrow": "id"}
"""What was seen of the effects of actions, likewise."""

_SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;;
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
"""The third: INSERT OR REPLACE removes a row without firing the trigger for DELETE."""

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;;
CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()
"""

_SQLITE_TRIGGERS = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '{table}!_no!_%' ESCAPE '!'"
_POSTGRESQL_TRIGGERS = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O' AND tgname = '{table}_no_change'"


def protect(schema_editor: BaseDatabaseSchemaEditor, tables: Mapping[str, str] = AUDIT) -> None:
    """Make the triggers. For migrations, also for one that alters the tables later."""
    statements = _POSTGRESQL if schema_editor.connection.vendor == "postgresql" else _SQLITE
    for table, key in tables.items():
        for statement in statements.format(table=table, key=key).split(";;"):
            schema_editor.execute(statement)


def is_protected(connection: BaseDatabaseWrapper, tables: Iterable[str] = AUDIT) -> bool:
    """Whether every table still has all of its triggers, switched on."""
    on_postgresql = connection.vendor == "postgresql"
    asked, wanted = (_POSTGRESQL_TRIGGERS, 1) if on_postgresql else (_SQLITE_TRIGGERS, 3)
    with connection.cursor() as cursor:
        return all(_counted(cursor, asked.format(table=table)) == wanted for table in tables)


def _counted(cursor: Any, asked: str) -> int:
    cursor.execute(asked)
    return int(cursor.fetchone()[0])
