"""A person at a browser: packs are chosen and confirmed, an event is worked out, and its address gives the answer again."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.web.screenshots import sign_in
from tests.web.serving import Served, served_in
from tests.web.test_browser_axe import OPTIONS

pytestmark = pytest.mark.browser
UNINTENDED = (
    "/notifiable/?sent=1&pack=uk-saue&on=2026-11-27&exposure=unintended&nation=GB-ENG&patient=adult"
    "&intended=0.5&delivered=0,5"
)
PAGES = {
    "empty": "/notifiable/?sent=1",
    "asked": "/notifiable/?sent=1&pack=uk-saue&pack=de-strlschv-annex-14&pack=us-ncrp-168",
    "answered": "/notifiable/?sent=1&pack=de-strlschv-annex-14&on=2026-11-27&domain=CT&region=brain&intervention=no&ctdi_vol=130",
    "fault": UNINTENDED,
    "packs": "/notifiable/packs/",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of this file's own: its tests choose packs."""
    with served_in(tmp_path_factory.mktemp("notifiable") / "data") as found:
        yield found


def test_packs_are_ticked_confirmed_and_taken_back(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    page.goto(f"{served.address}/flags/")
    page.get_by_role("link", name="is an event notifiable?").click()
    page.get_by_role("link", name="Choose for the site").click()
    for name in ("BMUV (federal law)", "NCRP"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Go by what is ticked").click()
    page.get_by_text("goes by 2 packs").wait_for()
    page.get_by_text("0 of 4 rules are in force").wait_for()
    page.get_by_label("Pack", exact=True).select_option("us-ncrp-168")
    page.get_by_label("Who compared it with the source").fill("B. Physicist")
    page.get_by_label("How: the edition and the tables").fill("compared with the printed report")
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.get_by_text("Confirmed by B. Physicist on").first.wait_for()
    page.get_by_role("button", name="Take back").last.click()
    page.get_by_text("Taken back.").first.wait_for()
    page.get_by_text("0 of 4 rules are in force").wait_for()


def test_an_event_is_worked_out_and_its_address_gives_the_answer_again(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    page.goto(f"{served.address}/notifiable/")
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("checkbox", name="CQC").check()
    page.get_by_role("button", name="Work it out").click()
    page.get_by_label("Date of the event").fill("2026-11-27")
    page.get_by_label("The exposure was").select_option("Unintended")
    page.get_by_label("Nation").select_option("England")
    page.get_by_label("Patient", exact=True).select_option("Adult")
    page.get_by_label("Intended dose").fill("0.5")
    page.get_by_label("Dose of the whole incident").fill("4.9")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_role("heading", name="No rule is met by what is known").wait_for()
    page.get_by_label("Dose of the whole incident").fill("5")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_role("heading", name="Notifiable under 1 rule.").wait_for()
    page.get_by_text("10 times", exact=True).first.wait_for()
    address = page.get_by_role("link", name="Address of this answer").get_attribute("href")
    page.goto(f"{served.address}{address}")
    page.get_by_role("heading", name="Notifiable under 1 rule.").wait_for()
    assert page.get_by_label("Intended dose").input_value() == "0.5"


def test_an_exam_leads_to_the_calculator_with_its_values(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    page.goto(f"{served.address}/exams/{served.keys['angiography']}/")
    page.get_by_role("link", name="is it notifiable?").click()
    page.get_by_role("checkbox", name="NCRP").check()
    page.get_by_role("button", name="Work it out").click()
    assert page.get_by_label("KAP in total", exact=True).input_value() == "4170"
    assert page.get_by_label("Unit of KAP in total").input_value() == "cGy·cm²"
    page.get_by_role("cell", name="41.7 Gy·cm²").first.wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_state_of_the_pages_has_a_violation_or_scrolls_sideways(
    theme: Any, width: int, opened: Any, served: Served
) -> None:
    context = opened.new_context(color_scheme=theme, viewport={"width": width, "height": 844})
    page = context.new_page()
    sign_in(page, served.address, "l.moreau")
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        page.goto(served.address + path)
        for fold in page.locator("main details").all():
            fold.evaluate("one => { one.open = true }")
        result = Axe().run(page, options=OPTIONS)
        found[name] = [f"{one['id']}: {one['nodes'][0]['target']}" for one in result.response["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[name] += [f"{wide} pixels too wide"] if wide > 0 else []
    context.close()
    assert {name: said for name, said in found.items() if said} == {}
