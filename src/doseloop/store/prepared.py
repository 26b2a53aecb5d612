"""Statements that Django writes once: what runs for every object costs its database work, not the writing of its SQL.

A statement is said with Django's own queries, in which a `Slot` stands for each value that a run gives. It is written for
the database in use at its first run, and runs from then on with other values. Write the usual ORM where a statement runs for
people; these are for the chain of an object, where writing SQL was two thirds of the time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet, Value
from django.db.models.sql import UpdateQuery

_ADAPTED = (models.DateField, models.JSONField)
"""Fields whose values a database takes in another form (a DateTimeField is a DateField); all others' pass as they are."""

Row = tuple[Any, ...]


def columns_of(model: type[models.Model]) -> tuple[str, ...]:
    """The attributes of a model in the order in which its constructor takes them."""
    return tuple(field.attname for field in model._meta.concrete_fields)


class Slot(Value):
    """Stands for a value that each run gives by name."""

    def __init__(self, name: str, field: "models.Field[Any, Any] | None" = None) -> None:
        super().__init__(name, output_field=field)
        self.name, self._adapts = name, field if isinstance(field, _ADAPTED) else None

    def as_sql(self, *_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """A placeholder, with the slot itself in place of the value."""
        return "%s", [self]

    def value_of(self, values: Mapping[str, Any]) -> Any:
        """The run's value as the database takes it."""
        value = values[self.name]
        if self._adapts is None or value is None:
            return value
        return self._adapts.get_db_prep_save(value, connection)


class _Statement:
    """SQL and its parameters, written at the first run for each database vendor."""

    def __init__(self) -> None:
        self._written: dict[str, tuple[str, Sequence[Any]]] = {}

    def _write(self) -> tuple[str, Sequence[Any]]:
        raise NotImplementedError

    def _sql(self, vendor: str) -> tuple[str, Sequence[Any]]:
        if vendor not in self._written:
            self._written[vendor] = self._write()
        return self._written[vendor]

    @staticmethod
    def _values(parameters: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
        return [one.value_of(values) if isinstance(one, Slot) else one for one in parameters]


class Rows(_Statement):
    """Rows of a `values_list`."""

    def __init__(self, query: "Callable[[], QuerySet[Any, Any]]") -> None:
        super().__init__()
        self._query = query
        self._convert: Callable[[Iterable[Row]], Iterable[Row]] = iter

    def _write(self) -> tuple[str, Sequence[Any]]:
        compiler = self._query().query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        if converters:
            self._convert = lambda rows: compiler.apply_converters(rows, converters)
        return sql, parameters

    def all(self, **values: Any) -> list[Row]:
        """Every row."""
        with connection.cursor() as cursor:
            sql, parameters = self._sql(cursor.db.vendor)
            cursor.execute(sql, self._values(parameters, values))
            return [tuple(row) for row in self._convert(cursor.fetchall())]

    def first(self, **values: Any) -> Row | None:
        """The first row, None where there is none; the query says which that is."""
        return next(iter(self.all(**values)), None)


class Update(_Statement):
    """An update of some fields of the rows that a query finds."""

    def __init__(self, query: "Callable[[], QuerySet[Any, Any]]", fields: Iterable[str]) -> None:
        super().__init__()
        self._query, self._fields = query, tuple(fields)

    def _write(self) -> tuple[str, Sequence[Any]]:
        found = self._query()
        meta = found.model._meta
        query: Any = found.query.chain(UpdateQuery)
        query.add_update_values({name: Slot(name, meta.get_field(name)) for name in self._fields})
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        return sql, parameters

    def run(self, **values: Any) -> int:
        """How many rows changed."""
        with connection.cursor() as cursor:
            sql, parameters = self._sql(cursor.db.vendor)
            cursor.execute(sql, self._values(parameters, values))
            return int(cursor.rowcount)

    def many(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same with the values of each mapping, which takes a fifth of the time."""
        with connection.cursor() as cursor:
            sql, parameters = self._sql(cursor.db.vendor)
            cursor.executemany(sql, [self._values(parameters, values) for values in rows])


class Insert(_Statement):
    """New rows of a model, given by attribute (`exam_id`); a field that is left out has its default."""

    def __init__(self, model: type[models.Model], unless: str = "") -> None:
        """`unless` names a unique field: where a row has its value already, none is made."""
        super().__init__()
        self._model, self._unless = model, unless
        self._fields = tuple(field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField))

    def _write(self) -> tuple[str, Sequence[Any]]:
        quote = connection.ops.quote_name
        table, key = quote(self._model._meta.db_table), quote(str(self._model._meta.pk.column))
        columns = ", ".join(quote(str(field.column)) for field in self._fields)
        places = ", ".join(["%s"] * len(self._fields))
        into = f"{table} ({columns}) VALUES ({places})" if self._fields else f"{table} DEFAULT VALUES"
        unless = f" ON CONFLICT ({quote(self._unless)}) DO NOTHING" if self._unless else ""
        slots = [(Slot(field.attname, field), _default(field)) for field in self._fields]
        return f"INSERT INTO {into}{unless} RETURNING {key}", slots

    def run(self, **values: Any) -> int | None:
        """The new row's key, None where there was one already."""
        with connection.cursor() as cursor:
            sql, slots = self._sql(cursor.db.vendor)
            cursor.execute(sql, _row(slots, values))
            made = cursor.fetchone()
        return int(made[0]) if made else None

    def key(self, **values: Any) -> int:
        """The new row's key."""
        made = self.run(**values)
        assert made is not None
        return made

    def many(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """One row for each mapping."""
        with connection.cursor() as cursor:
            sql, slots = self._sql(cursor.db.vendor)
            found = [_row(slots, row) for row in rows]
            if found:
                cursor.executemany(sql.partition(" RETURNING ")[0], found)


def _row(slots: Sequence[tuple[Slot, Any]], values: Mapping[str, Any]) -> list[Any]:
    return [slot.value_of(values) if slot.name in values else default for slot, default in slots]


def _default(field: "models.Field[Any, Any]") -> Any:
    value = field.get_default()
    return field.get_db_prep_save(value, connection) if isinstance(field, _ADAPTED) and value is not None else value
