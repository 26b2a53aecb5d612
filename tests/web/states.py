"""States of pages that no address of `screenshots.pages` shows, each reached as a person reaches it."""

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.roles.installation import until
from tests.web.screenshots import CHOSEN_NAMES, first, sign_in
from tests.web.serving import Served

State = Callable[[Any, Served], None]
ACCOUNT = "a.osei"
"""Administrator at both sites: sees everything, and may change it."""


def make(page: Any, served: Served) -> None:
    """Decide, comment, set aside: what the pages below show. The server follows decisions."""
    sign_in(page, served.address, "l.moreau")
    for decide in (
        _merge_patients,
        _merge_scanners,
        _write_entry,
        _merge_people,
        _map_names,
        _repair,
        _judge_exam,
        _set_flag_aside,
        _close_case,
        _sign_conceptus,
    ):
        decide(page, served)


def open_all(page: Any) -> None:
    """Open everything that folds, but menus."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def _merge_patients(page: Any, served: Served) -> None:
    keys = [_patient_of(page, served, served.keys[name]) for name in ("exam", "angiography")]
    page.goto(f"{served.address}/patients/?patient={keys[0]}")
    page.get_by_label("is part of patient key").fill(keys[1])
    page.get_by_role("button", name="Look at both").last.click()
    page.get_by_role("button", name="Merge 1 patient").click()
    _until(page, f"{served.address}/patients/{keys[1]}/", "of 2 numbers that were merged")


def _patient_of(page: Any, served: Served, exam: int) -> str:
    page.goto(f"{served.address}/exams/{exam}/")
    address = page.locator("a[href^='/patients/']").first.get_attribute("href")
    return str(address).strip("/").split("/")[1]


def _merge_scanners(page: Any, served: Served) -> None:
    _open_scanner(page, served)
    page.get_by_role("button", name="Preview the merge with CT2-OPD").click()
    page.get_by_role("button", name="Merge", exact=True).click()
    page.get_by_text("became another name of").first.wait_for()


def _open_scanner(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/scanners/")
    page.get_by_role("link", name="CT 2 Outpatients").click()
    page.get_by_role("heading", name="Usual hours").wait_for()


def _write_entry(page: Any, served: Served) -> None:
    _open_scanner(page, served)
    page.get_by_text("Write something down").click()
    page.get_by_label("What happened").first.select_option("Tube change")
    page.get_by_label("Note").first.fill("Third tube")
    page.get_by_role("button", name="Write down").click()
    page.locator(".timeline > li", has_text="Third tube").wait_for()


def _merge_people(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/people/?choose=sure")
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Merge 3 names").click()
    page.wait_for_url("**/people/")


def _map_names(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/procedures/names/")
    for tick in page.locator("input[name=line]").all()[:3]:
        tick.check()
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name=re.compile("Accept")).click()
    page.wait_for_url("**/procedures/names/")


def _repair(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/plausibility/")
    page.get_by_role("link", name="KAP in reports").click()
    page.get_by_label("Why it is wrong").fill("The update changed the unit.")
    page.get_by_role("button", name="Repair 216 values").click()
    page.get_by_role("cell", name="R0001").wait_for()
    page.goto(f"{served.address}/plausibility/?show=tests")
    page.get_by_role("checkbox").first.check()
    page.get_by_label("tests", exact=True).check()
    page.get_by_label("Reason").fill("March constancy")
    page.get_by_role("button", name="Decide").click()


def _judge_exam(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/exams/{served.keys['hostile_exam']}/")
    page.get_by_role("textbox", name="Comment").fill("Checked with the ward.")
    page.get_by_role("button", name="Add comment").click()
    page.get_by_text("Checked with the ward.").wait_for()
    page.get_by_text("Not a patient’s exam?").click()
    page.get_by_label("a phantom").check()
    page.get_by_label("Reason").fill("Water phantom")
    page.get_by_role("button", name="Exclude").click()
    page.get_by_text("Excluded as phantom").wait_for()


def _set_flag_aside(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/flags/")
    page.locator("td.lead a").nth(1).click()
    page.get_by_label("Or set it aside, because").select_option("clinically justified")
    page.get_by_label("Note").fill("Trauma")
    page.get_by_role("button", name="Set aside").click()
    page.get_by_text("Clinically justified").first.wait_for()


def _close_case(page: Any, served: Served) -> None:
    """A notifiable case past its day, with an action that was undone, and one that is closed."""
    page.goto(served.address + first(page, served.address, "/cases/?show=all"))
    page.get_by_label("Classification", exact=True).select_option("notifiable")
    page.get_by_label("Under which rule pack").select_option(index=1)
    page.get_by_label("To be reported by").fill("2026-01-05")
    page.get_by_role("button", name="Save").last.click()
    page.locator("summary", has_text="Record an action").click()
    page.get_by_label("In words").first.fill("Reference current 200 to 160 mAs.")
    page.get_by_label("by, %").fill("20")
    page.get_by_role("button", name="Record the action").click()
    page.locator("summary", has_text="It was undone").click()
    page.get_by_label("Why").first.fill("An update put it back.")
    page.get_by_role("button", name="Record that it was undone").click()
    page.get_by_text("By itself: what was changed was undone.").wait_for()
    page.get_by_label("Why").last.fill("It is done.")
    page.get_by_role("button", name="Close the case").click()
    page.get_by_role("button", name="Open the case again").wait_for()


def _case_closed(page: Any, served: Served) -> None:
    page.goto(served.address + first(page, served.address, "/cases/?show=closed"))
    page.get_by_role("button", name="Open the case again").wait_for()


def _sign_conceptus(page: Any, served: Served) -> None:
    _open_conceptus(page, served)
    page.get_by_label("Uterus in the field").first.select_option("in field")
    page.get_by_label("Diameter of the patient, cm").fill("29")
    page.get_by_label("Reasoning").fill("The scan covers the pelvis.")
    page.get_by_role("button", name="Save as a version").click()
    page.get_by_label("Your name").fill("Dr Ada Okafor")
    page.get_by_label("As what you sign").fill("Medical physics expert")
    page.get_by_role("button", name="Sign this version").click()
    page.get_by_text("Signed by").wait_for()


def _notifications(page: Any, served: Served) -> None:
    """Two who are told, one of them paused, and a test that was not sent: there is no mail server."""
    page.goto(f"{served.address}/notifications/")
    for name in ("Physicists", "Heads of department"):
        if not page.locator(".list > li", has_text=name).count():
            page.get_by_label("Name", exact=True).last.fill(name)
            page.get_by_label("Mail address or URL").fill("physics@hospital.example")
            page.get_by_label("Quiet from").last.fill("22:00")
            page.get_by_label("until").last.fill("06:00")
            page.get_by_role("button", name="Tell them").click()
            page.get_by_role("button", name=f"Pause with {name}").wait_for()
    pausing = page.get_by_role("button", name="Pause with Heads of department")
    if pausing.count():
        pausing.click()
        page.get_by_role("button", name="Go on with Heads of department").wait_for()
    page.get_by_role("button", name="Send a test to Physicists").click()
    page.get_by_text("No mail server is set: notify_mail").or_(page.get_by_role("alert")).first.wait_for()


def _tokens(page: Any, served: Served) -> None:
    """One that was revoked, one in force, and one that was just made and is shown."""
    page.goto(f"{served.address}/tokens/")
    if not page.get_by_text("Revoked").count():
        for name in ("Assistant", "Notebook"):
            _make_token(page, name)
            page.goto(f"{served.address}/tokens/")
        page.get_by_role("button", name="Revoke Notebook").click()
        page.get_by_text("The token Notebook is no longer in force.").wait_for()
        page.goto(f"{served.address}/tokens/")
    _make_token(page, f"Shown {page.locator('.list > li').count()}")


def _make_token(page: Any, name: str) -> None:
    page.get_by_label("Name of the program").fill(name)
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("heading", name=f"The token {name}").wait_for()


def _open_conceptus(page: Any, served: Served) -> None:
    page.goto(served.address + first(page, served.address, "/exams/?procedure=ct-abdomen-pelvis"))
    page.get_by_role("link", name="dose to a conceptus").click()
    page.get_by_role("heading", name="What is known").wait_for()


def _conceptus_signed(page: Any, served: Served) -> None:
    _open_conceptus(page, served)
    page.get_by_role("link", name=re.compile("^Version")).first.click()
    page.get_by_role("heading", name="About this version").wait_for()


def _conceptus_worked_out(page: Any, served: Served) -> None:
    _open_conceptus(page, served)
    page.get_by_label("Uterus in the field").first.select_option("at edge")
    page.get_by_role("button", name="Work it out").click()
    page.get_by_text("Not saved").wait_for()


def _until(page: Any, address: str, text: str) -> None:
    def says() -> bool:
        page.goto(address)
        return bool(page.get_by_text(text).count())

    until(says, 120, f"{address} says {text!r}")


def _at(path: str) -> State:
    return lambda page, served: page.goto(served.address + path)


def _names_preview(page: Any, served: Served) -> None:
    page.goto(f"{served.address}{CHOSEN_NAMES}")
    page.get_by_role("button", name="Preview", exact=True).click()
    page.wait_for_url("**/preview")


def _patients_preview(page: Any, served: Served) -> None:
    key = _patient_of(page, served, served.keys["other_exam"])
    other = _patient_of(page, served, served.keys["exam"])
    page.goto(f"{served.address}/patients/?patient={key}")
    page.get_by_label("is part of patient key").fill(other)
    page.get_by_role("button", name="Look at both").last.click()
    page.get_by_role("heading", level=1).filter(has_text="would become part of another").wait_for()


def _patient_of_two_numbers(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/patients/{_patient_of(page, served, served.keys['exam'])}/")
    page.get_by_text("of 2 numbers that were merged").wait_for()


def _scanner_preview(page: Any, served: Served) -> None:
    _open_scanner(page, served)
    open_all(page)
    page.locator("#other").select_option(index=1)
    page.locator("form", has=page.locator("#other")).get_by_role("button").click()
    page.wait_for_url("**/merge/preview")


def _open_calibration(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/scanners/")
    page.get_by_role("link", name="Angio 1").first.click()
    page.get_by_role("link", name="2 factors").click()
    page.get_by_role("heading", name="Enter a factor").wait_for()


def _calibration_preview(page: Any, served: Served) -> None:
    """Of a factor that is further off than the standard allows."""
    _open_calibration(page, served)
    page.get_by_label("Factor", exact=True).fill("0.7")
    page.get_by_label("First study date").fill("2026-11-20")
    page.get_by_label("Measured by").fill("L. Moreau")
    page.get_by_label("Document").fill("Report 17")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("The display would be 43 % too high.").wait_for()


def _drift(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/scanners/")
    page.get_by_role("link", name="CT 8 Trauma").first.click()
    page.get_by_role("link", name=re.compile("^2 flags$")).click()
    page.locator("[data-chart][data-drawn=yes]").nth(2).wait_for()


def _flag_that_leads(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/flags/")
    page.get_by_role("link", name=re.compile("^Set otherwise on CT 8 Trauma")).click()
    page.get_by_role("heading", name=re.compile("Of the same cause")).wait_for()


def _flag_that_is_joined(page: Any, served: Served) -> None:
    _flag_that_leads(page, served)
    page.get_by_role("link", name="Drift", exact=True).click()
    page.get_by_text("It has one cause with another flag").wait_for()


def _person_shared(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/people/")
    page.get_by_role("link", name="MTRA", exact=True).first.click()
    page.get_by_text("This name is no person.").wait_for()


def _differences_of_one_scanner(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/people/differences/")
    page.get_by_role("link", name="CT 1 Emergency").click()
    page.get_by_text("Beyond 10 %").wait_for()


def _people_preview(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/people/{served.keys['person']}/")
    page.get_by_label("The same person as").select_option(index=1)
    page.get_by_role("button", name="Preview").click()
    page.wait_for_url("**/people/preview")


def _sizes_draft(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/exams/{served.keys['exam']}/")
    study = page.locator("dd.code").first.inner_text()
    page.goto(f"{served.address}/sizes/")
    page.get_by_label("Site").select_option("St Brigid’s Hospital")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "sizes.csv"
        file.write_text(f"study uid,height cm,weight kg\n{study},171,200\n2.25.404,170,70\n", "utf-8")
        page.get_by_label("CSV in UTF-8").set_input_files(file)
        page.get_by_role("button", name="Read the file").click()
        page.get_by_role("heading", level=1).filter(has_text="would be filled").wait_for()


def _report_of_scanner(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/scanners/")
    for path in [link.get_attribute("href") for link in page.locator("td.c-reports a").all()]:
        page.goto(served.address + path)
        version = page.locator("td a[href*='/reports/']").first
        if version.count():
            version.click()
            return
    raise AssertionError("no scanner has a report")


def _proposal_repaired(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/plausibility/")
    page.get_by_role("link", name="KAP in reports").click()


def _flag_set_aside(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/flags/?state=all")
    page.locator("tr", has_text="Set aside").first.locator("td.lead a").click()
    page.get_by_text("Clinically justified").first.wait_for()


def _password_refused(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/accounts/password/")
    for field in page.locator("input[type=password]").all():
        field.fill("short")
    page.locator("main form").get_by_role("button").first.click()


def _rule_refused(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/rules/high-dose/?site=1")
    page.get_by_role("textbox", name="Least factor").fill("100")
    page.get_by_role("button", name="Let it run so").click()
    page.get_by_text("Least factor: give a number from 1.2 to 10.").wait_for()


def _suggested(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/ask/?q=florbnik+me+the+median+DLP+of+CT+chest+by+scanner+this+year")
    page.get_by_role("button", name="Let the language model suggest a reading").click()
    page.get_by_text("Suggested by a language model").wait_for()


def _suggestion_run(page: Any, served: Served) -> None:
    _suggested(page, served)
    page.get_by_role("button", name="Run it").click()
    page.get_by_text("A language model suggested this reading").wait_for()


def _no_suggestion(page: Any, served: Served) -> None:
    page.goto(f"{served.address}/ask/?q=florbnik+me+the+mean+CTDIvol+of+CT+chest+by+scanner+this+year")
    page.get_by_role("button", name="Let the language model suggest a reading").click()
    page.get_by_text("The language model has no reading that can be used").wait_for()


STATES: dict[str, State] = {
    "ask-answer": _at("/ask/?q=CT+chest+doses+on+CT+1+this+year+compared+to+the+national+DRL"),
    "ask-list": _at("/ask/?q=CT+exams+with+DLP+over+400+this+year"),
    "ask-asked-back": _at("/ask/?q=doses+over+80+of+florbnik"),
    "ask-suggested": _suggested,
    "ask-suggestion-run": _suggestion_run,
    "ask-no-suggestion": _no_suggestion,
    "ask-declined": _at("/ask/?q=why+is+the+dose+of+CT+chest+so+high"),
    "ask-nothing-found": _at("/ask/?q=median+DLP+of+CT+colonography+yesterday"),
    "ask-remarks": _at("/ask/remarks/"),
    "names-mapped": _at("/procedures/names/"),
    "names-open": _at("/procedures/names/?choose=any"),
    "names-preview": _names_preview,
    "patients-merged": _at("/patients/"),
    "patients-preview": _patients_preview,
    "patient-of-two-numbers": _patient_of_two_numbers,
    "scanner-merged": _open_scanner,
    "scanner-preview": _scanner_preview,
    "scanner-report": _report_of_scanner,
    "calibration": _open_calibration,
    "calibration-preview": _calibration_preview,
    "drift": _drift,
    "flag-that-leads": _flag_that_leads,
    "flag-that-is-joined": _flag_that_is_joined,
    "people-merged": _at("/people/"),
    "people-preview": _people_preview,
    "person-shared": _person_shared,
    "differences-of-one-scanner": _differences_of_one_scanner,
    "sizes-draft": _sizes_draft,
    "repairs": _at("/plausibility/"),
    "repair-rules": _at("/plausibility/?show=rules"),
    "repair-tests": _at("/plausibility/?show=tests"),
    "repair-apart": _at("/plausibility/?show=apart"),
    "repair-of-a-proposal": _proposal_repaired,
    "conceptus-signed": _conceptus_signed,
    "conceptus-worked-out": _conceptus_worked_out,
    "exam-excluded": lambda page, served: page.goto(f"{served.address}/exams/{served.keys['hostile_exam']}/"),
    "flag-set-aside": _flag_set_aside,
    "case-closed": _case_closed,
    "cases-none": _at("/cases/?show=mine"),
    "cases-overdue": _at("/cases/?show=overdue"),
    "flags-all": _at("/flags/?state=all"),
    "exams-filtered-wrongly": _at("/exams/?from=yesterday"),
    "procedure-all-ages": _at("/procedures/ct-chest/?age_band=all"),
    "address-wrong": _at("/procedures/ct-head/?age_band=old"),
    "notifications": _notifications,
    "tokens": _tokens,
    "rule-under-way": _at("/rules/wrong-protocol/?site=1"),
    "rule-off": _at("/rules/new-name/?site=1"),
    "rule-without-a-switch": _at("/rules/unit-suspected/?site=1"),
    "rule-refused": _rule_refused,
    "audit-empty": _at("/audit/?patient=999999"),
    "password-refused": _password_refused,
    "sign-out": _at("/accounts/logout/"),
}
