"""A person goes from an exceeded cell to the exam and to the content item that the dose was read from."""

from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served

pytestmark = pytest.mark.browser


def test_from_an_exceeded_cell_to_the_exam_and_its_content_item(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.get_by_role("link", name="Levels", exact=True).click()
    page.get_by_role("link", name="3 years").click()
    page.locator("table.looks tbody tr:has(.state--above) td.lead a").first.click()
    page.locator("[data-chart][data-drawn=yes]").wait_for()
    assert "is above the level of" in page.locator(".sentences").first.inner_text()
    page.locator("section[aria-labelledby=h-exams] td.lead a").first.click()
    page.locator("td.number a").first.click()
    assert page.locator(".item:target").count() == 1


def test_what_a_person_says_of_a_cell_stays_said_and_may_be_taken_back(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/compliance/?days=1095")
    page.locator("td.fit--above a").first.click()
    cell = page.url
    page.get_by_label("Say why").fill("Trauma patients are scanned with the arms down.")
    page.get_by_role("button", name="Say it").click()
    assert "Trauma patients" in page.locator("section[aria-labelledby=h-said]").inner_text()
    page.goto(f"{served.address}/compliance/?days=1095")
    assert page.get_by_text("said why").count() >= 1
    page.goto(cell)
    page.get_by_text("What was said before").click()
    page.get_by_role("button", name="Take back").first.click()
    page.goto(cell)
    assert "Nobody has said so far." in page.locator("section[aria-labelledby=h-said]").inner_text()


def test_a_review_that_is_due_is_noted_with_what_it_found(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/compliance/?days=1095")
    due = page.locator("section[aria-labelledby=h-reviews] li form").first
    name = page.locator("section[aria-labelledby=h-reviews] li strong a").first.inner_text()
    due.get_by_placeholder("What the review found").fill("No change needed")
    due.get_by_role("button", name="Reviewed today").click()
    page.get_by_text("Reviews so far").click()
    assert name in page.locator("section[aria-labelledby=h-reviews] ol").inner_text()
