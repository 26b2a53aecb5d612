"""An installation of its own for each test that asks for one: a data folder with a fresh record."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests.record import KIND, KINDS, ON_POSTGRESQL, copied, fresh, removed, server, use_record

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")
os.environ["DOSELOOP_DATA"] = tempfile.mkdtemp(prefix="doseloop-test-")
if ON_POSTGRESQL:
    os.environ["DOSELOOP_RECORD"] = server().url("postgres")

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from doseloop.roles.data_folder import DataFolder
from doseloop.store.address import Address

django.setup()
# Tests never judge times: the machine may be busy.
hypothesis_settings.register_profile("doseloop", deadline=None)
hypothesis_settings.load_profile("doseloop")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which database the record is."""
    parser.addoption("--record", choices=KINDS, default=KIND, help="Database of the record: sqlite or postgresql.")


def pytest_report_header() -> str:
    """Which database the record is."""
    return f"record: {KIND}"


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the record: tests with a fixture that makes one, unless they say `once`.

    Tests that start an installation, which take long, say `record` themselves where what they hold is of the record.
    """
    for item in items:
        if "records" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("once"):
            item.add_marker("record")
        if ON_POSTGRESQL and item.get_closest_marker("sqlite"):
            item.add_marker(pytest.mark.skip("is about SQLite itself"))


@pytest.fixture(autouse=True)
def temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver moves temporary files into its data folder: for its test alone."""
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)


@pytest.fixture(scope="session")
def records() -> None:
    """Asked for by every fixture that makes a record: tests that need it run on each database (marker `record`)."""


@pytest.fixture(autouse=True)
def marked(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that touches the record without a fixture of it would be forgotten on the other database."""
    yield
    if not any(map(request.node.get_closest_marker, ("record", "once"))):
        assert connections["default"].connection is None, "ask for `folder`: this test touches the record"


@pytest.fixture(scope="session")
def empty_record(records: None, tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A record with all tables, the catalogue and the reference levels."""
    return make_record(fresh(tmp_path_factory.mktemp("empty")))


def make_record(made: Address) -> Address:
    """Make such a record where there is none yet."""
    from doseloop.store.procedures import bring_up_to_date

    before = settings.RECORD
    use_record(made)
    call_command("migrate", verbosity=0)
    bring_up_to_date()
    use_record(before)
    return made


@pytest.fixture
def folder(empty_record: Address, tmp_path: Path) -> Iterator[DataFolder]:
    """A data folder whose record the models write."""
    made = DataFolder(tmp_path / "data")
    made.prepare()
    before, record = settings.RECORD, copied(empty_record, made.root)
    use_record(record)
    yield made
    use_record(before)
    removed(record)
