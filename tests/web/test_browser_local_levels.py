"""A person at a browser sets a local level from its preview, replaces it, withdraws it and takes that back."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.screenshots import sign_in
from tests.web.serving import Served
from tests.web.test_browser_axe import OPTIONS

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390, 320)


def set_one(page: Any, name: str) -> None:
    """From the preview that is shown to the page of the level."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Note").fill("Yearly audit")
    page.get_by_role("button", name="Set this typical value").click()
    page.get_by_role("heading", level=1, name=name).wait_for()


def test_a_level_is_set_replaced_withdrawn_and_given_back(page: Any, served: Served) -> None:
    sign_in(page, served.address, "physicist")
    page.goto(f"{served.address}/procedures/ct-head/")
    page.get_by_role("link", name="Set a local level").click()
    assert page.get_by_label("CTDI phantom").input_value() == "16"
    page.get_by_role("heading", name="Beside the levels that the site compares with").wait_for()
    set_one(page, "Head, first")
    page.get_by_text("The level is set.").wait_for()
    assert page.get_by_role("heading", name="The values behind it").is_visible()

    page.get_by_role("link", name="Replace it").click()
    page.get_by_text("It would replace").wait_for()
    page.get_by_label("Patients").select_option("own")
    page.locator("summary").filter(has_text="Ages and weights of your own").click()
    page.get_by_label("From age, years").fill("40")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("Adults of 40 years or more").first.wait_for()
    assert page.get_by_text("It would replace").count() == 0

    page.goto(f"{served.address}/levels/local/")
    page.get_by_role("button", name="Compare with them first").click()
    page.get_by_text("does not compare with its local levels yet").wait_for(state="detached")
    page.get_by_role("link", name="Head, first").click()
    page.get_by_role("link", name="Replace it").click()
    set_one(page, "Head, second")
    page.goto(f"{served.address}/levels/local/?show=all")
    page.get_by_role("row").filter(has_text="Head, first").get_by_text("Replaced").wait_for()

    page.get_by_role("link", name="Head, second").click()
    page.get_by_label("Or withdraw it, because").fill("The tube was changed")
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_text("withdrawn: The tube was changed").wait_for()
    page.get_by_role("button", name="Take back").first.click()
    page.get_by_role("heading", name="Local levels and typical values").wait_for()
    page.get_by_role("row").filter(has_text="Head, second").get_by_text("In force").wait_for()


def test_the_first_step_asks_for_site_and_procedure(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/levels/local/")
    page.get_by_role("link", name="Set a local level").click()
    page.get_by_label("Site", exact=True).select_option("St Brigid’s Hospital")
    page.get_by_label("Procedure", exact=True).select_option("ct-chest")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", level=1, name="Set a local level: CT Chest").wait_for()
    with page.expect_download() as waiting:
        page.goto(f"{served.address}/levels/local/?show=all")
        page.get_by_role("link", name="CSV").click()
    assert waiting.value.suggested_filename == "local-levels.csv"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_of_local_levels_has_a_violation_or_scrolls_sideways(theme: str, opened: Any, served: Served) -> None:
    context = opened.new_context(color_scheme=theme, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, served.address, "physicist")
    page.goto(f"{served.address}/levels/local/set/?procedure=ct-chest")
    if page.get_by_text("It would replace").count() == 0:
        set_one(page, "Chest")
    page.goto(f"{served.address}/levels/local/?show=all")
    one = page.locator("td.lead a").first.get_attribute("href")
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for path in (
            "/levels/local/?show=all", "/levels/local/?show=due", "/levels/local/set/", str(one),
            "/levels/local/set/?procedure=ct-chest", "/levels/local/set/?procedure=ct-chest&phantom=17",
            "/levels/local/set/?procedure=ct-chest&group=own&category=child",
        ):  # fmt: skip
            page.goto(served.address + path)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            result = Axe().run(page, options=OPTIONS).response["violations"]
            told = [f"{each['id']}: {node['target']}" for each in result for node in each["nodes"][:3]]
            if told or wide > 0:
                found[width, path] = [*told, f"{wide} pixels too wide"]
    context.close()
    assert found == {}
