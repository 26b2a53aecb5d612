"""An installation of its own for each test that asks for one: a data folder with a fresh record in a file."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")
os.environ["DOSELOOP_DATA"] = tempfile.mkdtemp(prefix="doseloop-test-")

import django
import pytest
from django.core.management import call_command
from django.db import connections

from doseloop.roles.data_folder import DataFolder

django.setup()


def use_record(path: Path) -> None:
    """Let the models write this file."""
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = str(path)


@pytest.fixture(autouse=True)
def temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver moves temporary files into its data folder: for its test alone."""
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)


@pytest.fixture(scope="session")
def empty_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with all tables, the catalogue and the reference levels."""
    return make_record(tmp_path_factory.mktemp("empty") / "record.sqlite3")


def make_record(path: Path) -> Path:
    """Make such a record."""
    from doseloop.store.procedures import bring_up_to_date

    before = Path(connections["default"].settings_dict["NAME"])
    use_record(path)
    call_command("migrate", verbosity=0)
    bring_up_to_date()
    use_record(before)
    return path


@pytest.fixture
def folder(empty_record: Path, tmp_path: Path) -> Iterator[DataFolder]:
    """A data folder whose record the models write."""
    made = DataFolder(tmp_path / "data")
    made.prepare()
    shutil.copy(empty_record, made.record)
    before = Path(connections["default"].settings_dict["NAME"])
    use_record(made.record)
    yield made
    use_record(before)
