"""Any `page` of an address leads to a page that there is."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.web.paging import page_number
from tests.web.record import Department

ASKED = ("0", "1", "-1", "two", "", "1.5", "99", "9" * 20, "9" * 5000, "²", "٣", "0" * 6000 + "1")


@given(asked=st.text() | st.integers().map(str), total=st.integers(0, 10_000))
def test_a_page_is_one_that_there_is(asked: str, total: int) -> None:
    assert 1 <= page_number({"page": asked}, total, 50) <= max(1, (total + 49) // 50)


def test_the_last_page_stands_for_those_beyond() -> None:
    pages = [page_number({"page": asked}, 101, 50) for asked in ("1", "2", "3", "4", "9" * 20, "9" * 5000)]
    assert pages == [1, 2, 3, 3, 3, 3]


@pytest.mark.parametrize("route", ["exams", "flags"])
@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked[:6])
def test_every_page_that_is_asked_for_shows_rows(
    route: str, asked: str, department: Department, signed_in: Any
) -> None:
    found = signed_in("physicist").get(f"/{route}/", {"page": asked})
    assert found.status_code == 200
    assert re.search(rb'<td[^>]*>|<th scope="row"', found.content)
