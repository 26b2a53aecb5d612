"""A person at the compliance reports: makes one twice, reads its files, signs it, and has one made by itself."""

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from tests.web.screenshots import sign_in
from tests.web.serving import Served
from tests.web.test_browser_axe import violations

pytestmark = pytest.mark.browser

SITE = "St Brigid’s Hospital"


def make(page: Any, served: Served) -> None:
    """Make the report that the page offers."""
    page.goto(f"{served.address}/reports/")
    page.locator("#make-site").select_option(label=SITE)
    page.get_by_role("button", name="Make the report").click()
    page.get_by_role("heading", name="Compliance with reference levels").wait_for()


def digest(page: Any) -> str:
    return str(page.locator("code").first.inner_text())


def figures(page: Any) -> list[str]:
    return list(page.locator(".reported tbody tr").all_inner_texts())


def medians(page: Any) -> list[str]:
    shown = page.locator(".reported td[data-label=median]").all_inner_texts()
    return [text.strip() for text in shown if text.strip() != "–"]


def file(page: Any, name: str, folder: Path) -> bytes:
    with page.expect_download() as coming:
        page.locator(".head__actions").get_by_role("link", name=name).click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path.read_bytes()


def test_a_report_made_twice_has_the_same_numbers_the_same_digest_and_the_files_say_them(
    page: Any, served: Served, tmp_path: Path
) -> None:
    sign_in(page, served.address)
    make(page, served)
    first, told = digest(page), figures(page)
    make(page, served)
    assert (digest(page), figures(page)) == (first, told)
    assert len(told) > 10

    pdf = file(page, "PDF", tmp_path)
    text = " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages).split())
    assert first[:32] in text
    assert [one for one in medians(page) if one not in text] == []

    book = openpyxl.load_workbook(io.BytesIO(file(page, "Workbook", tmp_path)))
    head, *rows = book["Figures"].iter_rows(values_only=True)
    held = [dict(zip(head, row, strict=True))["Median"] for row in rows]
    assert len(rows) == len(told)
    shown = [float(one) for one in medians(page)]
    assert [one for one in held if one is not None] == pytest.approx(shown, rel=0.006)
    summary = dict(book["Summary"].iter_rows(values_only=True))
    assert summary["Digest of figures (SHA-256)"] == first
    assert file(page, "PDF", tmp_path) == pdf


def test_a_signature_stands_on_the_page_and_on_paper(page: Any, served: Served, tmp_path: Path) -> None:
    sign_in(page, served.address)
    make(page, served)
    page.get_by_label("Your name").fill("Dr Ada Okafor")
    page.get_by_label("As what you sign").fill("Radiation protection expert")
    page.get_by_role("button", name="Sign the report").click()
    page.get_by_text("Dr Ada Okafor").wait_for()
    assert page.get_by_role("button", name="Sign the report").count() == 0
    text = " ".join(PdfReader(io.BytesIO(file(page, "PDF", tmp_path))).pages[0].extract_text().split())
    assert "Signed by Dr Ada Okafor, Radiation protection expert" in text


def test_what_changed_since_leads_back_and_makes_it_again(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    make(page, served)
    before = digest(page)
    page.get_by_role("link", name="What changed since").click()
    assert "Nothing changed since" in page.locator("h1").inner_text()
    page.get_by_role("button", name="Make it again from today’s data").click()
    page.get_by_role("heading", name="Compliance with reference levels").wait_for()
    assert digest(page) == before


def test_a_schedule_is_set_up_and_stopped(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/reports/")
    page.get_by_text("Have reports made by themselves").click()
    page.locator("#plan-site").select_option(label=SITE)
    page.get_by_label("How often").select_option(label="Each year")
    page.get_by_label("Day of the month").fill("9")
    page.get_by_label("Mail addresses, one a line").fill("board@hospital.example\nphysics@hospital.example")
    page.get_by_role("button", name="Set up the schedule").click()
    made = page.locator(".list > li").filter(has_text="each year on day 9, over 12 months")
    assert re.search(r"next on 9 Jan 20\d\d", made.inner_text())
    assert "board@hospital.example, physics@hospital.example" in made.inner_text()
    made.get_by_role("button", name="Stop").click()
    assert "Stopped" in page.locator(".list > li").filter(has_text="each year on day 9").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(opened: Any, served: Served, theme: str, width: int) -> None:
    context = opened.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    page = context.new_page()
    sign_in(page, served.address)
    page.goto(f"{served.address}/reports/")
    links = [one.get_attribute("href") for one in page.locator("td.lead a").all()]
    for path in ("/reports/", *links[-3:], f"{links[-1]}today/"):
        page.goto(served.address + path)
        assert (path, violations(page)) == (path, [])
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (path, wider) == (path, 0)
    context.close()
