"""A person at a browser: two numbers become one patient and two again, and a file of sizes is read, accepted and taken back."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.web.screenshots import sign_in
from tests.web.serving import Served

pytestmark = pytest.mark.browser


def patient_of(page: Any, served: Served, exam: int) -> str:
    page.goto(f"{served.address}/exams/{exam}/")
    page.locator("a[href^='/patients/']").first.click()
    page.get_by_role("heading", name="Exams in the order of time").wait_for()
    found = re.search(r"/patients/(\d+)/", page.url)
    assert found is not None
    return found[1]


def test_two_numbers_are_merged_and_taken_back(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    one, other = (patient_of(page, served, served.keys[name]) for name in ("exam", "angiography"))
    assert one != other
    page.goto(f"{served.address}/patients/{one}/")
    page.get_by_role("link", name="Merge with another number").click()
    assert page.get_by_label("Patient key", exact=True).input_value() == one
    page.get_by_label("is part of patient key").fill(other)
    page.get_by_role("button", name="Look at both").last.click()
    page.get_by_role("heading", level=1).filter(has_text="1 patient would become part of another").wait_for()
    page.get_by_role("button", name="Merge 1 patient").click()
    page.get_by_text("are being moved").wait_for()
    page.get_by_text(f"“patient {one}”: by itself → part of patient {other}").wait_for()
    page.get_by_role("button", name="Take back").first.click()
    page.get_by_text("Taken back.").wait_for()


def test_a_file_of_sizes_is_read_previewed_accepted_and_taken_back(page: Any, served: Served, tmp_path: Path) -> None:
    sign_in(page, served.address, "l.moreau")
    page.goto(f"{served.address}/exams/{served.keys['exam']}/")
    study = page.locator("dd.code").first.inner_text()
    file = tmp_path / "sizes.csv"
    file.write_text(f"study uid,height cm,weight kg\n{study},171,200\n2.25.404,170,70\n")
    page.goto(f"{served.address}/sizes/")
    page.get_by_label("Site").select_option("St Brigid’s Hospital")
    page.get_by_label("CSV in UTF-8").set_input_files(file)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("heading", level=1).filter(has_text="would be filled").wait_for()
    page.get_by_text("no exam of that number or UID at the site").wait_for()
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="Accept the file").click()
    page.get_by_text("being filled").wait_for()
    page.get_by_role("button", name="Take back").first.click()
    page.get_by_text("Taken back.").wait_for()
