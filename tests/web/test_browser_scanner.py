"""A person at a browser on the page of a scanner: merges a name, takes it back, writes down a tube change."""

import re
from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served

pytestmark = pytest.mark.browser


def open_scanner(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    page.goto(f"{served.address}/scanners/")
    page.get_by_role("link", name="CT 2 Outpatients").click()
    page.get_by_role("heading", name="Usual hours").wait_for()


def test_a_suggested_merge_is_three_clicks_and_its_return_one(page: Any, served: Served) -> None:
    open_scanner(page, served)
    page.get_by_role("button", name="Preview the merge with CT2-OPD").click()
    page.get_by_role("heading", name="CT2-OPD would become another name of CT 2 Outpatients").wait_for()
    page.get_by_role("button", name="Merge", exact=True).click()
    page.get_by_text("“CT2-OPD” became another name of “CT 2 Outpatients”.", exact=True).wait_for()
    assert "2 names" in page.locator("#h-names").inner_text()
    page.get_by_role("button", name=re.compile("Take back.*“CT2-OPD” became")).click()
    page.get_by_text("CT2-OPD may be the same device.").wait_for()


def test_a_tube_change_is_written_down_and_removed(page: Any, served: Served) -> None:
    open_scanner(page, served)
    page.get_by_text("Write something down").click()
    page.get_by_label("What happened").first.select_option("Tube change")
    page.get_by_label("Note").first.fill("Third tube")
    page.get_by_role("button", name="Write down").click()
    entry = page.locator(".timeline > li", has_text="Third tube")
    entry.get_by_text("Correct or remove").click()
    entry.get_by_role("button", name="Remove").click()
    page.get_by_text(re.compile("^Removed$")).wait_for()
    assert page.locator(".timeline > li", has_text="Third tube").count() == 0


def test_the_page_needs_no_scrolling_sideways_on_a_phone(page: Any, served: Served) -> None:
    open_scanner(page, served)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".week").bounding_box()["width"] <= 390
