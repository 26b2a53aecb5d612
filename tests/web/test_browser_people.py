"""A person at a browser merges names that are one person, takes it back, and switches a site's people on and off."""

from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served

pytestmark = pytest.mark.browser


def row_of(page: Any, name: str) -> Any:
    panel = page.get_by_role("region", name="People", exact=True)
    return panel.locator("tr", has=page.get_by_role("link", name=name, exact=True)).first


def test_sure_suggestions_are_previewed_merged_at_once_and_taken_back(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    page.locator(".menu summary").click()
    page.get_by_role("link", name="People", exact=True).click()
    people = page.get_by_text("operators and physicians").first.inner_text()
    before = int(row_of(page, "Brandt, Tina").locator("td.c-exams").inner_text())
    page.get_by_role("link", name="Choose the 3 sure").click()
    assert page.locator("input[name=merge]:checked").count() == 3
    page.get_by_role("button", name="Preview", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "3 names would be merged"
    page.get_by_role("button", name="Merge 3 names").click()
    page.wait_for_url("**/people/")
    row = row_of(page, "Brandt, Tina")
    assert int(row.locator("td.c-exams").inner_text()) > before
    assert "BRANDT^TINA" in row.locator("td.c-aliases").inner_text()
    assert page.get_by_text("Choose the").count() == 0
    page.get_by_role("button", name="Take back").first.click()
    page.get_by_text("Taken back.").wait_for()
    assert page.get_by_text("operators and physicians").first.inner_text() == people
    assert int(row_of(page, "Brandt, Tina").locator("td.c-exams").inner_text()) == before


def test_a_name_that_cannot_be_told_is_merged_by_hand_and_shared_names_stand_apart(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    page.goto(f"{served.address}/people/")
    shared = page.get_by_role("region", name="Names that are no person", exact=True)
    assert {"CT Team", "MTRA", "Keller / Novak", "Oberarzt"} <= set(shared.locator("td.lead").all_inner_texts())
    page.locator("#h-open").locator("xpath=ancestor::section").get_by_role("link", name="brandt").click()
    page.get_by_label("The same person as").select_option("Brandt^Jana")
    page.get_by_role("button", name="Preview").click()
    assert "Brandt^Jana" in page.locator("main").inner_text()
    page.get_by_role("button", name="Merge 1 name").click()
    page.wait_for_url("**/people/")
    assert page.locator("#h-open").count() == 0
    page.get_by_role("link", name="Brandt, Jana", exact=True).click()
    assert page.locator("#h-typed small").inner_text() == "2"
    page.goto(f"{served.address}/people/")
    page.get_by_role("button", name="Take back").first.click()
    page.locator("#h-open").wait_for()


def test_figures_of_too_few_are_not_shown_and_the_address_holds_the_view(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    page.goto(f"{served.address}/people/{served.keys['person']}/")
    page.get_by_role("link", name="3 years").click()
    page.wait_for_url("**?days=1095")
    hidden = page.locator(".person-figures tr", has_text="Too few to show")
    shown = page.locator(".person-figures tbody tr").count() - hidden.count()
    assert hidden.count() > 0
    assert shown > 0
    assert hidden.locator("td.c-median").first.inner_text() == "–"
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of the figures").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert sum("too few to show" in line for line in lines) == hidden.count()


def test_a_site_is_switched_off_and_on_and_its_people_go_and_come(page: Any, served: Served) -> None:
    sign_in(page, served.address, "a.osei")
    page.goto(f"{served.address}/people/sites/")
    page.get_by_role("button", name="Show them no longer of St Brigid’s Hospital").click()
    page.get_by_role("button", name="Show its people of St Brigid’s Hospital").wait_for()
    page.locator(".menu summary").click()
    assert page.get_by_role("link", name="People", exact=True).count() == 0
    assert page.request.get(f"{served.address}/people/").status == 403
    page.get_by_role("link", name="Who sees people").click()
    page.get_by_role("button", name="Show its people of St Brigid’s Hospital").click()
    page.get_by_role("button", name="Show them no longer of St Brigid’s Hospital").wait_for()
    assert page.request.get(f"{served.address}/people/").status == 200
