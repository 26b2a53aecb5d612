"""Every page in both themes without a violation that axe finds (WCAG 2.2 AA), and without sideways scrolling at 320 pixels."""

import os
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.screenshots import pages, sign_in
from tests.web.serving import Served
from tests.web.states import open_all

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
EVERY_VIEW = [(theme, width) for theme in ("light", "dark") for width in (1280, 390)]
VIEWS = EVERY_VIEW if os.environ.get("EVERY_VIEW") else [("light", 1280), ("dark", 390)]
"""Each theme and each width; all four together by `make views`."""


@pytest.mark.parametrize(("theme", "width"), VIEWS)
def test_no_page_has_a_violation(theme: str, width: int, opened: Any, served: Served) -> None:
    context = opened.new_context(color_scheme=theme, viewport={"width": width, "height": 800})
    page, found = context.new_page(), {}
    page.goto(f"{served.address}/accounts/login/")
    found["sign-in"] = violations(page)
    sign_in(page, served.address)
    for name, path in pages(page, served.address).items():
        page.goto(served.address + path)
        open_all(page)
        found[name] = violations(page)
    context.close()
    assert {name: said for name, said in found.items() if said} == {}


WIDTHS = (320, 390, 640)
TOO_WIDE = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
    () => done(document.documentElement.scrollWidth - document.documentElement.clientWidth))))"""
"""By how many pixels a page is too wide, once it is drawn at the width that it was just given."""


def test_no_page_scrolls_sideways(opened: Any, served: Served) -> None:
    context = opened.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, served.address)
    wide = {}
    for name, path in pages(page, served.address).items():
        page.goto(served.address + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide[name, width] = page.evaluate(TOO_WIDE)
    context.close()
    assert {name: more for name, more in wide.items() if more > 0} == {}


def violations(page: Any) -> list[str]:
    """What axe finds in a page, once its charts are drawn."""
    for place in page.locator("[data-chart]").all():
        place.wait_for()
    result = Axe().run(page, options=OPTIONS)
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'][:160]}"
        for one in result.response["violations"]
        for node in one["nodes"][:3]
    ]
