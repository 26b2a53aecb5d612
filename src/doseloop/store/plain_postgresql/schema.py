"""Columns of text with the collation "C"."""

from collections.abc import Iterator
from typing import Any

from django.db.backends.postgresql import schema
from django.db.models import Field, Model

_TEXTS = ("varchar", "text")
_BY_CODE_POINT = "C"


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Makes and changes columns."""

    def _iter_column_sql(
        self,
        column_db_type: str,
        params: list[Any],
        model: type[Model],
        field: "Field[Any, Any]",
        field_db_params: dict[str, Any],
        include_default: bool,
    ) -> Iterator[str]:
        own = {**field_db_params, "collation": _collation(column_db_type)}
        yield from super()._iter_column_sql(column_db_type, params, model, field, own, include_default)  # type: ignore[misc]

    def _alter_column_type_sql(  # type: ignore[no-untyped-def]
        self,
        model: type[Model],
        old_field: "Field[Any, Any]",
        new_field: "Field[Any, Any]",
        new_type: str,
        old_collation: str | None,
        new_collation: str | None,
    ):
        return super()._alter_column_type_sql(  # type: ignore[misc]
            model, old_field, new_field, new_type, None, _collation(new_type)
        )


def _collation(column_type: str) -> str | None:
    return _BY_CODE_POINT if column_type.startswith(_TEXTS) else None
