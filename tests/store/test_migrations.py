"""A new record gets all tables at once, and they are those of a record that was brought up to date step by step."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from doseloop.store import append_only
from tests.record import fresh, removed, use_record
from tests.store.stepwise import step_by_step


@pytest.fixture
def no_tables(records: None, tmp_path: Path) -> Iterator[None]:
    """A record without tables is in use."""
    held, record = settings.RECORD, fresh(tmp_path)
    use_record(record)
    yield
    use_record(held)
    removed(record)


@pytest.fixture
def same_again(no_tables: None, tmp_path: Path) -> Iterator[None]:
    """Called where the other record is asked for: a second one without tables."""
    (tmp_path / "other").mkdir()
    held, record = settings.RECORD, fresh(tmp_path / "other")
    use_record(record)
    yield
    use_record(held)
    removed(record)


def test_tables_made_at_once_are_those_made_step_by_step(no_tables: None, request: pytest.FixtureRequest) -> None:
    call_command("migrate", verbosity=0)
    at_once = tables()
    request.getfixturevalue("same_again")
    step_by_step()
    assert tables() == at_once
    assert not [step for step in pending() if step.startswith("store.")]
    assert append_only.is_protected(connection, append_only.AUDIT | append_only.LOOKS)


def test_a_record_of_an_earlier_version_takes_the_steps_that_it_lacks(no_tables: None) -> None:
    step_by_step(("store", "0035_asking"))
    call_command("migrate", verbosity=0)
    assert not list(pending())
    assert append_only.is_protected(connection)


def pending() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    yield from (str(step) for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()))


def tables() -> dict[str, object]:
    """By name: columns with what they hold, and constraints and indexes, whose own names may differ by Django's digests."""
    with connection.cursor() as cursor:
        names = sorted(one for one in connection.introspection.table_names(cursor) if one.startswith("store_"))
        return {name: (columns(cursor, name), constraints(cursor, name)) for name in names}


def columns(cursor: Any, table: str) -> list[tuple[Any, ...]]:
    told = connection.introspection.get_table_description(cursor, table)
    return sorted((one.name, one.type_code, one.display_size, one.null_ok, one.default, one.collation) for one in told)


def constraints(cursor: Any, table: str) -> list[str]:
    told = connection.introspection.get_constraints(cursor, table).values()
    return sorted(str(sorted((key, str(value)) for key, value in one.items())) for one in told)
