"""No patient stands in an address, an error page or a file's name, and what fails says nothing of whom it was about."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.web.disclosures import plant, shows_identity, text_of
from tests.web.record import Department
from tests.web.test_rights import ROUTES, address, posts

_ADDRESS = re.compile(r"""(?:href|src|action|hx-get|hx-post|content)=["']([^"']*)["']""")


@pytest.fixture
def planted(department: Department) -> Department:
    plant()
    return department


def addresses_in(client: Client, department: Department) -> Iterator[tuple[str, str]]:
    """Every address that a page holds or leads to, and the name of every file."""
    for name, pattern in ROUTES.items():
        if posts(pattern) or name == "account_logout":
            continue
        found = client.get(address(pattern, department, own=True))
        yield name, found.headers.get("Location", "")
        yield name, found.headers.get("Content-Disposition", "")
        is_page = found["Content-Type"].startswith("text/html")
        text = "" if name.endswith(("xlsx", "pdf")) else text_of(b"".join(found), "page" if is_page else "other.csv")
        for one in _ADDRESS.findall(text):
            yield name, one


def test_no_address_and_no_name_of_a_file_holds_a_patient(planted: Department, signed_in: Any) -> None:
    found = list(addresses_in(signed_in("administrator"), planted))
    assert len(found) > 300
    assert [(name, one) for name, one in found if shows_identity(one) or "ACC-" in one] == []


@pytest.mark.parametrize(
    "path", ["/exams/999999/", "/exams/?order=Kanarienvogel0001", "/audit/?patient=KAN0001", "/nowhere/KAN0001"]
)
def test_an_error_page_repeats_no_address_and_shows_nobody(path: str, planted: Department, signed_in: Any) -> None:
    found = signed_in("administrator").get(path)
    assert found.status_code in (400, 404)
    text = found.content.decode()
    assert "Traceback" not in text
    if found.status_code == 404:
        assert not shows_identity(text)


def test_a_page_that_fails_says_nothing_of_whom_it_was_about(
    planted: Department, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("administrator")
    client.raise_request_exception = False

    def fail(*_: Any) -> None:
        raise ValueError("Kanarienvogel0001^Zita KAN0001 cannot be shown")

    monkeypatch.setattr("doseloop.store.exam_events.exam_events", fail)
    found = client.get(f"/exams/{planted.exam}/")
    assert found.status_code == 500
    assert not shows_identity(found.content.decode())
