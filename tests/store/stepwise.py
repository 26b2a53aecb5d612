"""A record that is brought up to date migration by migration, as one of an earlier version is."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

NEWEST = ("store", "0036_tokens_for_reading")
"""The newest one for which the squashed one stands too."""


def step_by_step(target: tuple[str, str] = NEWEST) -> MigrationExecutor:
    """Apply the migrations up to this one to the record in use, without the one that stands for many at once."""
    executor = MigrationExecutor(connection)
    executor.loader = MigrationLoader(connection, replace_migrations=False)
    executor.migrate([target])
    return executor
