"""A person at a browser chooses and orders sets of reference levels, confirms one, adds two, and takes it back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served, served_in
from tests.web.test_browser_axe import violations

pytestmark = pytest.mark.browser
PAGES = ("/levels/", "/levels/jp-jrime-2025/", "/levels/uk-ukhsa-ndrl-2024/", "/levels/own/")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own: other pages compare with what is chosen here."""
    with served_in(tmp_path_factory.mktemp("levels") / "data") as found:
        yield found


def compared(page: Any) -> list[str]:
    panel = page.get_by_role("region", name="Sets that are compared with", exact=True)
    return [text.split("\n")[0] for text in panel.locator("td.c-set a").all_inner_texts()]


def open_levels(page: Any, served: Served) -> None:
    sign_in(page, served.address, "physicist")
    page.goto(f"{served.address}/procedures/")
    page.get_by_role("link", name="Reference levels").click()
    page.get_by_role("heading", level=1, name="Reference levels").wait_for()


def test_three_sets_are_chosen_ordered_by_the_keyboard_and_given_back(page: Any, served: Served) -> None:
    open_levels(page, served)
    in_force = compared(page)
    for name in in_force:
        if name not in ("J-RIME 2025", "UKHSA 2022"):
            page.get_by_role("button", name=f"Remove {name}", exact=True).click()
            page.get_by_text(f"{name} is compared with no longer.").wait_for()
    page.get_by_role("button", name="Compare with UCSF International CT Dose Registry 2022", exact=True).click()
    page.wait_for_url("**#int-bos-2022")
    assert compared(page) == ["J-RIME 2025", "UKHSA 2022", "UCSF International CT Dose Registry 2022"]
    page.get_by_role("button", name="Move UKHSA 2022 up").focus()
    page.keyboard.press("Enter")
    page.get_by_text("UKHSA 2022 moved up.").wait_for()
    assert compared(page)[0] == "UKHSA 2022"
    assert page.get_by_role("button", name="Move UKHSA 2022 up").is_disabled()
    page.get_by_role("button", name="Take back").first.click()
    page.get_by_text("Taken back.").wait_for()
    assert compared(page)[0] == "J-RIME 2025"
    page.get_by_role("button", name="Compare with the sets in force").click()
    page.get_by_text("nothing chosen").wait_for()
    assert compared(page) == in_force


def test_a_country_is_chosen_and_stays_in_the_address(page: Any, served: Served) -> None:
    open_levels(page, served)
    page.get_by_label("Country").select_option("AU")
    page.wait_for_url("**country=AU")
    assert page.get_by_role("region", name="Other sets").locator("td.lead a").all_inner_texts() == ["ARPANSA 2018"]


def test_a_set_is_confirmed_on_its_page_and_that_is_taken_back(page: Any, served: Served) -> None:
    open_levels(page, served)
    page.get_by_role("link", name="J-RIME 2025", exact=True).click()
    page.get_by_label("Who compared the values").fill("B. Physicist")
    page.get_by_label("With what, and how").fill("The report of July 2025, tables 1 to 9.")
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_text("B. Physicist compared the values with the source.").wait_for()
    page.get_by_role("link", name="Reference levels").click()
    row = page.locator("tr#jp-jrime-2025")
    assert "Confirmed" in row.inner_text() and "by B. Physicist" in row.inner_text()
    page.locator("section:has(#h-confirmations)").get_by_role("button", name="Take back").first.click()
    page.get_by_text("Taken back.").last.wait_for()
    assert "Not verified" in page.locator("tr#jp-jrime-2025").inner_text()


def test_a_level_of_a_procedure_leads_to_its_row(page: Any, served: Served) -> None:
    sign_in(page, served.address, "viewer")
    page.goto(f"{served.address}/procedures/ct-chest/")
    page.get_by_text("Why these levels").click()
    page.locator(".reasons").get_by_role("link", name="J-RIME 2025").first.click()
    target = page.locator("tr:target")
    target.wait_for()
    assert "CT chest" in target.inner_text()
    assert page.get_by_role("button", name="Confirm").count() == 0


def test_an_own_set_is_typed_mended_previewed_and_added(page: Any, served: Served) -> None:
    open_levels(page, served)
    page.get_by_role("link", name="Add a set of your own").click()
    page.get_by_label("Name", exact=True).fill("Local levels 2026")
    page.get_by_label("Where the values come from").fill("audit of 2026, table 2")
    page.get_by_label("Year of the values").fill("2026")
    page.evaluate("window.notLoadedAgain = true")
    page.get_by_role("button", name="More lines").click()
    page.locator("#line-6").wait_for()
    page.wait_for_function("document.activeElement.id == 'procedure-4'")
    assert page.evaluate("window.notLoadedAgain")
    line = page.locator("#line-4")
    line.get_by_label("Procedure").fill("ct-chst")
    line.get_by_label("Quantity and unit").select_option(label="DLP, Gy·cm")
    line.get_by_label("Level").fill("0.25")
    line.get_by_label("Patients").select_option("adult")
    line.get_by_label("CTDI phantom").select_option("32")
    page.get_by_role("button", name="Preview the set").click()
    page.get_by_text("near are ct-chest").first.wait_for()
    assert page.locator("#line-4").get_by_label("Level").input_value() == "0.25"
    page.locator("#line-4").get_by_label("Procedure").fill("ct-chest")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1).filter(has_text="with 1 level").wait_for()
    assert "250 mGy·cm" in page.locator("main").inner_text()
    page.get_by_role("button", name="Add the set").click()
    page.get_by_text("Local levels 2026 was added.").wait_for()
    page.get_by_role("button", name="Compare with it").click()
    page.wait_for_url("**#own-1-local-levels-2026")
    assert "Local levels 2026" in compared(page)
    page.goto(f"{served.address}/procedures/ct-chest/")
    assert page.get_by_text("St Brigid’s Hospital 2026").count() > 0


def test_an_own_set_comes_from_the_filled_template(page: Any, served: Served, tmp_path: Path) -> None:
    open_levels(page, served)
    page.get_by_role("link", name="Add a set of your own").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Template").click()
    header = download.value.path().read_text("utf-8-sig").strip()
    file = tmp_path / "levels.csv"
    cells = {"procedure": "ct-head", "quantity": "CTDIvol", "value": "0", "unit": "mGy", "category": "adult"}

    def give(value: str) -> None:
        row = ",".join({**cells, "value": value}.get(name, "") for name in header.split(","))
        file.write_text(f"{header}\r\n{row}\r\n", "utf-8")
        page.get_by_label("CSV in UTF-8").set_input_files(file)
        page.get_by_role("button", name="Preview the set").click()

    page.get_by_label("Name", exact=True).fill("From a file 2026")
    page.get_by_label("Where the values come from").fill("a file of ours")
    page.get_by_label("Year of the values").fill("2026")
    give("0")
    page.get_by_text("Line 2, column value: 0 is no level").wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == "From a file 2026"
    give("61")
    page.get_by_role("button", name="Correct it").click()
    page.locator("#line-1").get_by_label("Level").fill("60")
    page.get_by_role("button", name="Preview the set").click()
    page.get_by_role("button", name="Add the set").click()
    page.get_by_text("From a file 2026 was added.").wait_for()
    assert "60.0 mGy" in page.locator("main").inner_text()


def test_more_lines_come_without_scripts_too(opened: Any, served: Served) -> None:
    context = opened.new_context(java_script_enabled=False)
    page = context.new_page()
    open_levels(page, served)
    page.get_by_role("link", name="Add a set of your own").click()
    page.locator("#line-2").get_by_label("Level").fill("7")
    page.get_by_role("button", name="More lines").click()
    assert page.locator("fieldset.line").count() == 6
    assert page.locator("#line-2").get_by_label("Level").input_value() == "7"
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_of_levels_has_a_violation_or_scrolls_sideways(
    theme: str, width: int, opened: Any, served: Served
) -> None:
    context = opened.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    page = context.new_page()
    sign_in(page, served.address, "physicist")
    found = {}
    for address in PAGES:
        page.goto(served.address + address)
        found[address] = state(page)
    page.goto(f"{served.address}/levels/own/")
    page.get_by_label("Name", exact=True).fill("Levels of nobody")
    page.get_by_label("Where the values come from").fill("a test")
    page.get_by_label("Year of the values").fill("2026")
    page.locator("#line-1").get_by_label("Procedure").fill("ct-chest")
    page.get_by_role("button", name="Preview the set").click()
    page.get_by_text("Nothing was added.").wait_for()
    found["faults"] = state(page)
    for label, value in (("Quantity and unit", "dlp_mgy_cm|mGy·cm"), ("Patients", "adult")):
        page.locator("#line-1").get_by_label(label).select_option(value)
    page.locator("#line-1").get_by_label("Level").fill("200")
    page.get_by_role("button", name="Preview the set").click()
    page.get_by_role("button", name="Add the set").wait_for()
    found["preview"] = state(page)
    context.close()
    assert {key: one for key, one in found.items() if one != ([], 0)} == {}


def state(page: Any) -> tuple[list[str], int]:
    """Violations that axe finds, and by how many pixels the page is too wide."""
    for fold in page.locator("main details").all():
        fold.evaluate("one => { one.open = true }")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return violations(page), wide
