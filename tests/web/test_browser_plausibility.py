"""A person at a browser: a scanner with a wrong unit is proposed, previewed, repaired and taken back; phantoms are set apart."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.roles.installation import until
from tests.web.screenshots import sign_in
from tests.web.serving import Served, served_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own, beside which exams follow decisions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOSELOOP_TEST_IMPLAUSIBLE", "followed")
        with served_in(tmp_path_factory.mktemp("plausibility") / "data") as found:
            yield found


def figure(page: Any) -> float:
    """KAP of the exam, in the site's cGy·cm²."""
    text = page.locator(".figures div", has_text="KAP").first.locator("dd").first.inner_text()
    return float(text.split()[0])


def repaired(page: Any, address: str) -> bool:
    page.goto(address)
    return bool(page.get_by_text("Repaired by R0001").count())


def test_a_wrong_unit_is_proposed_previewed_repaired_and_taken_back(page: Any, followed: Served) -> None:
    sign_in(page, followed.address)
    page.goto(f"{followed.address}/flags/")
    page.get_by_text("100 times too high").first.click()
    page.get_by_role("link", name="The evidence, and what it would change").click()
    page.get_by_role("link", name="KAP in reports").click()
    page.locator("[data-chart][data-drawn=yes]").wait_for()
    text = page.locator("main").inner_text()
    assert "its own other exams" in text
    assert "VB21" in text
    exam = page.locator("section:has(#h-examples) a[href^='/exams/']").first.get_attribute("href")
    proposal = page.url
    page.goto(f"{followed.address}{exam}")
    wrong = figure(page)
    page.goto(proposal)
    assert "216" in page.locator("section:has(#h-preview)").inner_text()
    page.get_by_label("Why it is wrong").fill("The update of 13 January changed the unit.")
    page.get_by_role("button", name="Repair 216 values").click()
    page.get_by_role("cell", name="R0001").wait_for()
    until(lambda: repaired(page, f"{followed.address}{exam}"), 120, "the exam is repaired")
    assert figure(page) == pytest.approx(wrong / 100, rel=0.02)
    assert page.locator("abbr.mark[title=repaired]").count() == 12
    page.goto(f"{followed.address}{exam}provenance/?event=1")
    row = page.locator("tr", has_text="R0001").inner_text()
    assert "Gy.m2" in row
    assert "read as" in row
    page.goto(f"{followed.address}/plausibility/?show=rules")
    page.get_by_role("button", name="Take back").click()
    until(lambda: not repaired(page, f"{followed.address}{exam}"), 120, "the repair is taken back")
    assert figure(page) == wrong
    page.goto(proposal)
    page.get_by_role("button", name="Propose it again").click()
    page.get_by_role("button", name="Decline").wait_for()


def test_exams_of_phantoms_are_chosen_set_apart_and_taken_back(page: Any, followed: Served) -> None:
    sign_in(page, followed.address)
    page.goto(f"{followed.address}/plausibility/?show=tests")
    boxes = page.get_by_role("checkbox")
    assert boxes.count() == 2
    for box in boxes.all():
        box.check()
    page.get_by_label("tests", exact=True).check()
    page.get_by_label("Reason").fill("March constancy")
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("No exam looks like a phantom").wait_for()
    page.get_by_role("link", name="Set apart").click()
    assert page.get_by_text("March constancy").count() == 2
    page.locator("tr", has_text="March constancy").first.get_by_role("button", name="Take back exam").click()
    page.get_by_role("link", name="Phantoms and tests").click()
    assert page.get_by_role("checkbox").count() == 1
