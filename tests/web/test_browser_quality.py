"""A person at the page of data quality: from a share to its exams, another defect, another period."""

import re
from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served

pytestmark = pytest.mark.browser


def test_a_share_leads_to_exactly_its_exams(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/scanners/")
    page.get_by_role("link", name="Data quality").click()
    page.get_by_role("link", name="1 year").click()
    cell = page.locator("td.c-late-share:has(a)").first
    said = re.search(r"(\d+)\sof\s\d+", cell.inner_text())
    assert said
    cell.locator("a").first.click()
    assert "Data quality: late" in page.locator(".chips").inner_text()
    assert re.search(rf"\b{said[1]} exams?\b", page.locator("main").inner_text())


def test_a_tile_draws_the_trend_of_its_defect_and_the_address_keeps_it(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/quality/?days=365")
    page.get_by_role("link", name=re.compile("^Repaired")).click()
    assert "days=365" in page.url
    assert "defect=repaired" in page.url
    page.locator("[data-chart][data-drawn=yes]").wait_for()
    assert page.locator(".tile[aria-current]").inner_text().startswith("Repaired")
    assert "Repaired" in page.locator("#h-trend").inner_text()


@pytest.mark.parametrize("asked", ["days=31", "defect=haste", "days=x"])
def test_an_address_that_says_nonsense_is_told(page: Any, served: Served, asked: str) -> None:
    sign_in(page, served.address)
    answer = page.request.get(f"{served.address}/quality/?{asked}")
    assert answer.status == 400
