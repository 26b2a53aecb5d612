"""A physicist at the dose to a conceptus: works it out, saves, changes, signs, and reads the PDF; then nothing changes it."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.web.screenshots import first, sign_in
from tests.web.serving import Served
from tests.web.test_browser_axe import violations

pytestmark = pytest.mark.browser


def open_report(page: Any, served: Served) -> None:
    """The report of an abdomen and pelvis CT, from the exam's page."""
    page.goto(served.address + first(page, served.address, "/exams/?procedure=ct-abdomen-pelvis"))
    page.get_by_role("link", name="dose to a conceptus").click()
    page.get_by_role("heading", name="What is known").wait_for()


def interval(page: Any) -> str:
    return str(page.locator(".conceptus__interval").inner_text())


def printed(page: Any, folder: Path) -> str:
    with page.expect_download() as coming:
        page.get_by_role("link", name="PDF").click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(path.read_bytes())).pages).split())


def test_a_draft_is_edited_signed_and_stays(page: Any, served: Served, tmp_path: Path) -> None:
    sign_in(page, served.address)
    open_report(page, served)
    assert interval(page) == "No estimate"
    page.get_by_label("Uterus in the field").first.select_option("in field")
    page.get_by_label("Diameter of the patient, cm").fill("28")
    page.get_by_label("Reasoning").fill("The scan covers the pelvis.")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_text("Not saved").wait_for()
    worked = interval(page)
    assert re.fullmatch(r"[\d.]+ to [\d.]+ mGy", worked)

    page.get_by_role("button", name="Save as a version").click()
    page.get_by_role("heading", name="About this version").wait_for()
    assert interval(page) == worked
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Gestational age, weeks").fill("9")
    page.locator("details.conceptus__event summary").first.click()
    page.get_by_label("It counts").first.select_option("left out")
    page.get_by_label("Why, where it is not as computed").first.fill("Localiser, counted by hand.")
    page.get_by_role("button", name="Save as a version").click()
    page.get_by_role("heading", name="About this version").wait_for()
    page.get_by_label("Your name").fill("Dr Ada Okafor")
    page.get_by_label("As what you sign").fill("Medical physics expert")
    page.get_by_role("button", name="Sign this version").click()
    page.get_by_text("Signed by").wait_for()
    signed, address = interval(page), page.url
    assert page.get_by_role("button", name="Sign this version").count() == 0

    text = printed(page, tmp_path)
    for told in (
        *(signed, "Signed by Dr Ada Okafor, Medical physics expert", "Estimate, needs a physicist", "9 weeks"),
        *("Localiser, counted by hand.", "The scan covers the pelvis.", "left out"),
    ):
        assert told in text

    page.get_by_role("link", name="Correct in a new version").click()
    page.get_by_label("Uterus in the field").first.select_option("outside")
    page.get_by_role("button", name="Save as a version").click()
    page.get_by_role("heading", name="About this version").wait_for()
    assert page.url != address
    assert interval(page) != signed
    page.goto(address)
    assert interval(page) == signed
    assert printed(page, tmp_path) == text
    assert violations(page) == []
