"""A person at a browser: sign in, today, an exam, a flag, a file, appearance, keyboard. Any console message fails."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.web.names_of_scanners import OPEN
from tests.web.record import PAYLOADS
from tests.web.screenshots import sign_in
from tests.web.serving import Served

pytestmark = pytest.mark.browser


def test_a_wrong_password_is_told_and_a_right_one_opens_today(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/exams/?modality=CT")
    assert page.url.endswith("next=%2Fexams%2F%3Fmodality%3DCT")
    page.get_by_label("Username").fill("m.keane")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("not correct").wait_for()
    sign_in(page, served.address)
    assert page.get_by_role("heading", level=1).inner_text() == "Today"


def test_today_moves_by_itself_and_can_be_held(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    with page.expect_response("**/today/live", timeout=9000) as answer:
        pass
    assert answer.value.status == 200
    assert page.locator("#live [data-chart]").get_attribute("data-drawn") == "yes"
    page.get_by_role("button", name="Pause updates").click()
    assert page.locator("#live[data-paused]").count() == 1
    assert page.locator("[data-pause]").get_attribute("aria-pressed") == "true"


def test_a_question_typed_on_today_leads_to_its_answer_and_nothing_waits_for_it_there(
    page: Any, served: Served
) -> None:
    sign_in(page, served.address)
    page.wait_for_load_state()  # the key is heard from then on
    assert page.evaluate("document.activeElement.id") != "q"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("how many CT exams by scanner")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ask/**")
    assert "how many CT exams by scanner" in page.locator("#answer").inner_text()


def test_what_is_typed_on_today_stays_while_the_page_moves_by_itself(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.get_by_label("What do you want to know?").fill("median DLP")
    with page.expect_response("**/today/live", timeout=9000):
        pass
    page.wait_for_timeout(300)
    assert page.get_by_label("What do you want to know?").input_value() == "median DLP"


def test_today_tells_of_silence_refusals_and_objects_in_trouble(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    text = page.locator("main").inner_text()
    assert "CT7 from 10.1.2.3 tried 14 times" in text
    assert "A declared length runs past the end of the object." in text
    assert re.search(r"CT 3 Oncology\s+Silent\s+last object 2 days ago", text)


def test_a_peer_that_was_turned_away_is_admitted_and_that_is_taken_back(page: Any, served: Served) -> None:
    sign_in(page, served.address, "a.osei")
    page.get_by_role("button", name="Admit CT7 from 10.1.2.3").click()
    page.get_by_text("1 decided before").click()
    text = page.locator("main").inner_text()
    assert "CT7 from 10.1.2.3 tried" not in text
    assert "admitted by a.osei" in text
    page.get_by_role("button", name="Take back what was decided about CT7 from 10.1.2.3").click()
    page.get_by_text("CT7 from 10.1.2.3 tried 14 times").wait_for()


def test_a_peer_without_a_name_can_be_ignored_alone_and_only_by_who_sets_up(page: Any, served: Served) -> None:
    sign_in(page, served.address, "l.moreau")
    page.get_by_text("A peer without a name from 10.1.9.40 tried 2 times").wait_for()
    assert page.get_by_role("button", name="Ignore").count() == 0
    page.context.clear_cookies()
    sign_in(page, served.address, "a.osei")
    assert page.get_by_role("button", name="Admit").count() == 1
    page.get_by_role("button", name="Ignore the peer without a name from 10.1.9.40").click()
    page.get_by_text("ignored by a.osei").wait_for(state="attached")
    assert "10.1.9.40 tried" not in page.locator("main").inner_text()


def test_a_number_of_an_exam_leads_to_the_item_it_was_read_from(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/exams/{served.keys['exam']}/")
    number = page.locator("td.c-ctdi_vol_mgy a").nth(1)
    shown = float(number.inner_text())
    number.click()
    target = page.locator(":target")
    assert "Mean CTDIvol" in target.inner_text()
    assert float(target.locator(".item__value").inner_text().split()[0]) == pytest.approx(shown, abs=0.1)
    assert "item--used" in target.get_attribute("class")


def test_a_comment_appears_without_the_page_being_loaded_again(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/exams/{served.keys['exam']}/")
    page.evaluate("window.notLoadedAgain = true")
    page.get_by_role("textbox", name="Comment").fill("<b>Checked</b> with the ward.")
    page.get_by_role("button", name="Add comment").click()
    page.get_by_text("<b>Checked</b> with the ward.").wait_for()
    assert page.evaluate("window.notLoadedAgain")


def test_an_exam_is_excluded_with_a_reason_and_included_again(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/exams/{served.keys['angiography']}/")
    page.get_by_text("Not a patient’s exam?").click()
    page.get_by_label("a phantom").check()
    page.get_by_label("Reason").fill("Water phantom")
    page.get_by_role("button", name="Exclude").click()
    page.get_by_text("Excluded as phantom").wait_for()
    page.get_by_role("button", name="Include again").click()
    page.get_by_text("Not a patient’s exam?").wait_for()


def test_a_flag_is_set_aside_with_a_reason_and_reopened(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/flags/")
    page.locator("td.lead a").nth(1).click()
    page.get_by_label("Or set it aside, because").select_option("clinically justified")
    page.get_by_label("Note").fill("Trauma")
    page.get_by_role("button", name="Set aside").click()
    assert "Clinically justified" in page.locator("main").inner_text()
    page.get_by_role("button", name="Reopen").click()
    page.get_by_role("button", name="Make a case").wait_for()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_is_taken_home_as_it_is_filtered(form: str, page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/exams/?procedure=ct-chest")
    with page.expect_download() as download:
        page.get_by_role("link", name=f"{form.upper()} of these exams").click()
    content = download.value.path().read_bytes()
    assert download.value.suggested_filename == f"exams.{form}"
    if form == "csv":
        lines = content.decode("utf-8-sig").splitlines()
        assert "DLP (mGy·cm)" in lines[0]
        assert all("CT Chest" in line for line in lines[1:])
        assert len(lines) > 10


def test_a_filter_leaves_its_state_in_the_address_and_nothing_empty(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/exams/")
    page.get_by_label("Procedure").select_option("ct-head")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/exams/?procedure=ct-head")
    page.get_by_role("link", name="Remove Procedure: CT Head").click()
    page.wait_for_url("**/exams/?")


def test_the_appearance_is_chosen_and_kept(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.get_by_text("m.keane").first.click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 19, 18)"
    page.goto(f"{served.address}/flags/")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_everything_is_reached_by_the_keyboard(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/exams/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "f-text"
    page.keyboard.type("Thorax")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=Thorax**")
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator("details[data-menu][open]").count() == 0


def test_markup_in_names_is_shown_as_text(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/exams/{served.keys['hostile_exam']}/")
    text = page.locator("main").inner_text()
    assert PAYLOADS[0] in text
    assert PAYLOADS[1] in text
    assert PAYLOADS[3] in text
    for payload in PAYLOADS[:2]:
        page.goto(f"{served.address}/exams/?text={payload[:12]}")
        page.locator("main").wait_for()
    page.goto(f"{served.address}/exams/{served.keys['hostile_exam']}/")
    page.locator("td.number a").first.click()
    page.locator(":target").wait_for()


def test_who_signs_out_is_out(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{served.address}/exams/")
    assert "/accounts/login/" in page.url


def test_who_saw_a_patient_is_reached_from_the_exam(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/exams/{served.keys['exam']}/")
    page.get_by_role("link", name="Who saw this patient").click()
    page.wait_for_url("**/audit/?patient=*")
    assert "intact" in page.locator(".notice--good").inner_text()
    row = page.locator("tbody tr").first.inner_text()
    assert "m.keane" in row
    assert f"exam {served.keys['exam']}" in row
    page.get_by_label("Did").select_option("commented")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**action=commented**")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of these rows").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("When,Who,From,Did")
    assert {line.split(",")[3] for line in lines[1:]} == {"commented"}


def test_the_number_of_an_event_shows_beneath_where_its_numbers_came_from(page: Any, served: Served) -> None:
    sign_in(page, served.address)
    page.goto(f"{served.address}/exams/{served.keys['exam']}/")
    page.evaluate("window.notLoadedAgain = true")
    page.get_by_role("link", name="Where the numbers came from: 2").press("Enter")
    part = page.locator("#provenance")
    part.get_by_text("CTDI", exact=False).first.wait_for()
    assert "Mean CTDIvol" in part.inner_text()
    assert "113830" in part.inner_text()
    assert page.evaluate("window.notLoadedAgain")


def test_the_file_of_names_comes_back_as_a_preview(page: Any, served: Served, tmp_path: Path) -> None:
    sign_in(page, served.address, "l.moreau")
    page.goto(f"{served.address}/procedures/names/")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    file = tmp_path / "names.csv"
    download.value.save_as(file)
    page.get_by_label("CSV with the columns").set_input_files(file)
    page.get_by_role("button", name="Preview the file").click()
    page.get_by_role("heading", level=1).filter(has_text="would move").wait_for()
    page.get_by_role("link", name="Back, and change nothing").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Names without a procedure"


def test_fifty_names_are_mapped_in_twenty_clicks_and_taken_back_in_one(page: Any, served: Served) -> None:
    clicks = 0

    def click(target: Any) -> None:
        nonlocal clicks
        clicks += 1
        target.click()

    sign_in(page, served.address)
    page.goto(f"{served.address}/procedures/names/")
    rows = page.locator("table.names tbody tr")
    names = rows.count()
    assert names >= 50
    click(page.get_by_role("link", name="Choose every suggestion"))
    for written in OPEN:
        row = rows.filter(has=page.get_by_text(written, exact=True)).first
        row.get_by_role("combobox").select_option("ct-abdomen")
        clicks += 1
        click(row.get_by_role("checkbox"))
    click(page.get_by_role("button", name="Preview", exact=True))
    page.get_by_role("heading", level=1).filter(has_text="would move").wait_for()
    click(page.get_by_role("button", name="Accept"))
    page.get_by_text("are being moved").wait_for()
    assert page.locator("table.names tbody tr").count() <= names - 50
    assert clicks <= 20
    page.get_by_role("button", name="Take back").first.click()
    page.get_by_text("Taken back.").wait_for()
