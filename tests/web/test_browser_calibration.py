"""A person at a browser enters a factor for an angiography system and takes it back; the page fits a phone."""

import re
from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served
from tests.web.test_browser_axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def open_page(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    page.goto(f"{served.address}/scanners/")
    page.get_by_role("link", name="Angio 1").first.click()
    page.get_by_role("link", name=re.compile("factor")).click()
    page.get_by_role("heading", name="Enter a factor").wait_for()


def type_factor(page: Any) -> None:
    page.get_by_label("Plane").select_option("Plane A")
    page.get_by_label("Factor", exact=True).fill("0,7")
    page.get_by_label("First study date").fill("2026-01-02")
    page.get_by_label("Measured by").fill("L. Moreau")
    page.get_by_label("Document").fill("Report 17")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="KAP, plane A × 0.7").wait_for()


def test_a_factor_is_previewed_entered_and_taken_back(page: Any, served: Served) -> None:
    open_page(page, served)
    type_factor(page)
    page.get_by_text("The display would be 43 % too high.").wait_for()
    page.get_by_role("button", name=re.compile("Correct")).click()
    row = page.locator("tr", has_text="KAP, plane A")
    row.get_by_text("Holds").wait_for()
    step = page.locator("ol.list > li", has_text="plane A, × 0.7").first
    step.get_by_role("button", name="Take back").click()
    page.locator("tr", has_text="KAP, plane A").get_by_text("Taken back").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_page_and_preview_have_no_violation_and_fit(theme: str, width: int, opened: Any, served: Served) -> None:
    context = opened.new_context(color_scheme=theme, viewport={"width": width, "height": 800})
    page = context.new_page()
    open_page(page, served)
    found = [*violations(page), *too_wide(page)]
    type_factor(page)
    found += [*violations(page), *too_wide(page)]
    context.close()
    assert found == []


def too_wide(page: Any) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} pixels too wide"] if wide > 0 else []
