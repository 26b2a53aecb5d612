"""A question that came back, read by a language model, by keyboard alone: one click asks, another runs."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ask.model_server import FakeModel, content_said
from tests.web.screenshots import sign_in
from tests.web.serving import Served, served_in
from tests.web.suggesting import GOOD, model_in_the_settings
from tests.web.test_browser_ask import answer, reach, typed
from tests.web.test_browser_axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, FakeModel]]:
    folder = tmp_path_factory.mktemp("suggested") / "data"
    with (
        pytest.MonkeyPatch.context() as patch,
        model_in_the_settings(patch) as model,
        served_in(folder, "tests.web.asked_server") as found,
    ):
        yield found, model


def press(page: Any, name: str) -> None:
    """Reach a button by Tab alone and press it."""
    reach(page, f"document.activeElement.textContent.trim() === {name!r}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state()


def test_two_presses_of_a_key_lead_from_a_question_back_to_an_answer(
    page: Any, asked: tuple[Served, FakeModel]
) -> None:
    served, model = asked
    model.says = GOOD
    sign_in(page, served.address, "physicist")
    page.goto(f"{served.address}/ask/")
    back = typed(page, "florbnik me the median DLP of CT chest by scanner over the last six weeks")
    assert "Not understood: “florbnik”" in back and model.received == []

    press(page, "Let the language model suggest a reading")
    suggested = answer(page)
    assert "Suggested by a language model, not yet run" in suggested
    assert "Median DLP for CT Chest by scanner over the last 6 weeks" in suggested
    assert page.locator(".ask-chip").count() == 4 and page.locator(".ask-chip summary").count() == 0
    assert violations(page) == []

    press(page, "Run it")
    ran = answer(page)
    assert "A language model suggested this reading" in ran and "CT 3 Oncology" in ran
    assert "florbnik" not in page.url and len(model.received) == 1
    assert violations(page) == []

    assert "CT 3 Oncology" in typed(page, "only women")
    assert len(model.received) == 1


def test_a_model_without_a_reading_leaves_the_question_back_and_its_input(
    page: Any, asked: tuple[Served, FakeModel]
) -> None:
    served, model = asked
    model.says = content_said("<script>alert(1)</script> I cannot.")
    sign_in(page, served.address, "physicist")
    page.goto(f"{served.address}/ask/")
    typed(page, "florbnik me the median DLP of CT chest by scanner over the last six weeks")
    press(page, "Let the language model suggest a reading")
    back = answer(page)
    assert "What it answered cannot be read." in back and "Not understood: “florbnik”" in back and "alert" not in back
    assert violations(page) == []
    assert "Median DLP" in typed(page, "median DLP of CT chest by scanner over the last six weeks")
