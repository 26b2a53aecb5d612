"""A department in a record of its own for the pages, and a real server over another for the browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from doseloop.roles.data_folder import DataFolder
from doseloop.store.address import Address
from doseloop.web.content_tree import set_provider
from doseloop.web.facts import the_facts
from tests.record import copied, fresh, removed, use_record
from tests.web.browser import browser, chromium
from tests.web.record import Department, fill
from tests.web.serving import Served, served_in


def use_folder(folder: Path, record: Address) -> None:
    """Let models, settings and facts work on this data folder."""
    use_record(record)
    settings.FOLDER = DataFolder(folder)
    the_facts.cache_clear()


@pytest.fixture(scope="session")
def made(records: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Address, Department]:
    """A department, made once; tests get copies."""
    folder = tmp_path_factory.mktemp("department")
    before, record = (settings.FOLDER.root, settings.RECORD), fresh(folder)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    use_folder(folder, record)
    call_command("migrate", verbosity=0)
    department = fill(exams=40)
    use_folder(*before)
    return record, department


@pytest.fixture
def department(made: tuple[Address, Department], tmp_path: Path) -> Iterator[Department]:
    """A department of the test's own."""
    template, department = made
    record = copied(template, tmp_path)
    DataFolder(tmp_path).prepare()
    before = settings.FOLDER.root, settings.RECORD
    set_provider(lambda _, key: department.trees[key])
    use_folder(tmp_path, record)
    yield department
    use_folder(*before)
    removed(record)


@pytest.fixture
def signed_in(department: Department) -> Any:
    """`signed_in("viewer")`: a client whose account is signed in."""

    def sign_in(account: str) -> Client:
        client = Client(headers={"host": "localhost"}, raise_request_exception=True)
        client.force_login(get_user_model().objects.get(username=account))
        return client

    return sign_in


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real server in a process of its own."""
    with served_in(tmp_path_factory.mktemp("served") / "data") as found:
        yield found


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    """Chromium, for the tests of one file: while it is open, Playwright's event loop keeps Django's models shut."""
    if chromium() is None:
        pytest.skip("no Chromium: set DOSELOOP_CHROMIUM or install Debian's package chromium")
    with browser() as found:
        yield found


@pytest.fixture
def page(opened: Any) -> Iterator[Any]:
    """A page on which any message of the console, dialog or error fails the test."""
    context = opened.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    found = context.new_page()
    said: list[str] = []
    found.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    found.on("pageerror", lambda error: said.append(f"error: {error}"))
    found.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    yield found
    context.close()
    assert said == []
