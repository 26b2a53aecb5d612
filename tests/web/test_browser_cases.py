"""A person follows a flag: makes a case, names owner and day, records what was changed, closes it, and it opens by itself."""

from pathlib import Path
from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served
from tests.web.states import open_all
from tests.web.test_browser_axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def case_of(page: Any, served: Served, flag: str) -> str:
    """Address of a case that is made of a flag."""
    page.goto(f"{served.address}/flags/{served.keys[flag]}/")
    if page.get_by_role("button", name="Make a case").count():
        page.get_by_role("button", name="Make a case").click()
    else:
        page.get_by_role("link", name="Case ").click()
    page.get_by_role("heading", name="Timeline").wait_for()
    return str(page.url).removeprefix(served.address)


def state(page: Any) -> str:
    return str(page.locator(".head .state").first.inner_text())


def test_a_flag_is_followed_to_an_action_and_opens_again_when_that_is_undone(
    page: Any, served: Served, tmp_path: Path
) -> None:
    sign_in(page, served.address, "l.moreau")
    case = case_of(page, served, "flag")
    assert state(page) == "Open"
    page.get_by_label("Owner", exact=True).select_option("m.keane")
    page.get_by_label("Due", exact=True).fill("2030-01-15")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("15 Jan 2030").first.wait_for()
    page.get_by_label("Cause", exact=True).select_option("protocol set up or copied wrongly")
    page.get_by_label("Classification", exact=True).select_option("near miss")
    page.get_by_role("button", name="Save").last.click()
    page.locator("dd", has_text="Near miss").wait_for()

    note = tmp_path / "note.txt"
    note.write_text("Reference current 200 mAs, meant 120.", "utf-8")
    page.get_by_label("Add a file").set_input_files(note)
    page.get_by_role("button", name="Keep the file").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name="note.txt").click()
    assert Path(coming.value.path()).read_text("utf-8") == note.read_text("utf-8")

    page.locator("summary", has_text="Record an action").click()
    page.get_by_label("In words").first.fill("Reference current 200 to 120 mAs.")
    page.get_by_label("by, %").fill("30")
    page.get_by_role("button", name="Record the action").click()
    page.get_by_text("Expected: DLP falls by 30 %").wait_for()
    assert state(page) == "Waiting for effect"

    page.get_by_label("Why").last.fill("The doses are as meant.")
    page.get_by_role("button", name="Close the case").click()
    page.get_by_role("button", name="Open the case again").wait_for()
    assert state(page) == "Closed"

    page.locator("summary", has_text="It was undone").click()
    page.get_by_label("Why").first.fill("An update put the old protocol back.")
    page.get_by_role("button", name="Record that it was undone").click()
    page.get_by_text("By itself: what was changed was undone.").wait_for()
    assert state(page) == "Reopened"
    page.goto(f"{served.address}/cases/?show=open")
    assert page.locator(f"a[href='{case}']").count() == 1


def test_axe_finds_nothing_and_nothing_scrolls_sideways(opened: Any, served: Served) -> None:
    found, wide = {}, {}
    for theme in ("light", "dark"):
        for width in (1280, 390):
            context = opened.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
            page = context.new_page()
            sign_in(page, served.address)
            case = case_of(page, served, "other_flag")
            for path in ("/cases/", "/cases/?show=closed", case, f"/flags/{served.keys['other_flag']}/"):
                page.goto(served.address + path)
                open_all(page)
                found[theme, width, path] = violations(page)
                wide[theme, width, path] = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
            context.close()
    assert {view: said for view, said in found.items() if said} == {}
    assert {view: more for view, more in wide.items() if more > 0} == {}
