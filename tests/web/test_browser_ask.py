"""A conversation by keyboard alone: a question, two follow-ups, a part of the plan changed, and undone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served, served_in
from tests.web.test_browser_axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_in(tmp_path_factory.mktemp("asked") / "data", "tests.web.asked_server") as found:
        yield found


def reach(page: Any, condition: str) -> None:
    """Go on by Tab until the condition holds of what has the focus."""
    for _ in range(120):
        if page.evaluate(condition):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab reaches nothing of which {condition}")


def typed(page: Any, words: str) -> str:
    """What the answer says after the words were typed where the next question belongs, reached by Tab alone."""
    reach(page, "document.activeElement.id === 'q'")
    before = page.url
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)
    page.wait_for_load_state()
    return answer(page)


def answer(page: Any) -> str:
    """The answer, which has the focus."""
    assert page.evaluate("document.activeElement.id") == "answer"
    return str(page.locator("#answer").inner_text())


def chips(page: Any) -> list[str]:
    return [one.split(": ")[-1].strip() for one in page.locator(".ask-chip summary").all_text_contents()]


def test_the_conversation_of_the_mission_needs_no_mouse(page: Any, asked: Served) -> None:
    sign_in(page, asked.address, "physicist")
    page.goto(f"{asked.address}/ask/")
    first = typed(page, "Show me CT chest doses on Scanner 3 over the last six weeks compared to our local DRL")
    assert "scanner CT 3 Oncology" in first and "Beside the local reference level" in first
    page.locator("[data-chart=chart-trend][data-drawn=yes]").wait_for()
    assert page.locator("#answer table").count() >= 2

    split = typed(page, "break it down by technician")
    assert "Tina Brandt" in split and "Samuel Okafor" in split and "keeps" in split
    page.locator("[data-chart=chart-answer][data-drawn=yes]").wait_for()

    heavy = typed(page, "show only patients over 80 kg")
    assert "weight in kg above 80" in heavy and "Tina Brandt" in heavy
    assert {"by operator", "the last 6 weeks", "weight in kg above 80"} <= set(chips(page))
    assert violations(page) == []

    reach(
        page, "document.activeElement.matches('summary') && document.activeElement.textContent.includes('weight in kg')"
    )
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("90")
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)
    assert "weight in kg above 90" in answer(page)
