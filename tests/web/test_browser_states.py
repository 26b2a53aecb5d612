"""Every state of a page, in both themes, on a wide screen and on a phone: no violation that axe finds, no sideways scrolling."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web import states
from tests.web.screenshots import sign_in
from tests.web.serving import Served, served_in
from tests.web.suggesting import model_in_the_settings
from tests.web.test_browser_axe import VIEWS, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def decided(opened: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own over a department in which people have decided things."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOSELOOP_TEST_IMPLAUSIBLE", "followed")
        patch.setenv("DOSELOOP_TEST_DRIFT", "1")
        with model_in_the_settings(patch), served_in(tmp_path_factory.mktemp("states") / "data") as found:
            context = opened.new_context(viewport={"width": 1280, "height": 800})
            states.make(context.new_page(), found)
            context.close()
            yield found


@pytest.mark.parametrize(("theme", "width"), VIEWS)
def test_no_state_has_a_violation_or_scrolls_sideways(theme: str, width: int, opened: Any, decided: Served) -> None:
    context = opened.new_context(color_scheme=theme, viewport={"width": width, "height": 800})
    page = context.new_page()
    sign_in(page, decided.address, states.ACCOUNT)
    found: dict[str, list[str]] = {}
    for name, reach in states.STATES.items():
        reach(page, decided)
        states.open_all(page)
        found[name] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[name] += [f"{wide} pixels too wide"] if wide > 0 else []
    context.close()
    assert {name: said for name, said in found.items() if said} == {}


def test_what_a_viewer_sees_has_no_violation(opened: Any, decided: Served) -> None:
    context = opened.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    sign_in(page, decided.address, "viewer")
    found = {}
    for path in ("/", "/exams/", "/procedures/names/", "/scanners/", "/plausibility/", "/people/", "/quality/"):
        page.goto(decided.address + path)
        found[path] = violations(page)
    context.close()
    assert {path: said for path, said in found.items() if said} == {}
