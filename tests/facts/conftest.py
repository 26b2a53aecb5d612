"""A record in a folder of its own, made through the Django models, and the facts over it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from doseloop.facts.engine import Facts
from doseloop.facts.paths import FactsPaths


@contextmanager
def writing(record: Path) -> Iterator[None]:
    """Let the models write this file: the facts read the file itself, so a database in memory does not do."""
    before = connections["default"]
    own = connections.create_connection("default")
    own.settings_dict = {**before.settings_dict, "NAME": str(record)}
    connections["default"] = own
    try:
        yield
    finally:
        own.close()
        connections["default"] = before


@pytest.fixture(scope="session")
def empty_record(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """A record with all tables and no row."""
    path = tmp_path_factory.mktemp("empty") / "record.sqlite3"
    with django_db_blocker.unblock(), writing(path):
        call_command("migrate", verbosity=0)
    return path


@pytest.fixture
def paths(empty_record: Path, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[FactsPaths]:
    """A fresh record that the models write, with no copy yet."""
    found = FactsPaths.in_data(tmp_path)
    shutil.copy(empty_record, found.record)
    with django_db_blocker.unblock(), writing(found.record):
        yield found


@pytest.fixture
def facts(paths: FactsPaths) -> Facts:
    """The facts over the fresh record."""
    return Facts(paths)
