"""Pictures of every page in both themes and widths: `python -m tests.web.screenshots [ADDRESS [PAGE...]]`.

Without an address it starts a server of its own over the department of `tests.web.record`. Keys of exams and flags are
found on the pages.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.web.browser import PASSWORD, browser
from tests.web.serving import served_in

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDTHS = {1280: 800, 390: 844}
THEMES = ("light", "dark")
ACCOUNT = "m.keane"
TALLEST = 1700
CHOSEN_NAMES = "/procedures/names/?choose=sure"
KINDS = {"angiography": "RF", "mammography": "MG", "radiography": "DX", "pet-ct": "PT", "mr": "MR"}


def main(address: str, wanted: list[str]) -> None:
    """Write the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as opened:
        for theme in THEMES:
            for width, height in WIDTHS.items():
                _pictures(opened, address, theme, width, height, wanted)


def pages(page: Page, address: str) -> dict[str, str]:
    """Address of every page, found as a person finds them."""
    page.goto(f"{address}/flags/")
    flag = page.locator("td.lead a").first.get_attribute("href")
    page.goto(f"{address}{flag}")
    exam = page.locator(".facts a[href^='/exams/']").first.get_attribute("href")
    procedure = page.locator(".facts a[href^='/procedures/']").first.get_attribute("href")
    page.goto(f"{address}{exam}")
    tree = page.locator("td.number a").first.get_attribute("href")
    patient = page.locator("a[href^='/patients/']").first.get_attribute("href")
    page.goto(f"{address}/people/")
    person = page.locator("table.people td.lead a").first.get_attribute("href")
    page.goto(f"{address}/compliance/?days=1095")
    cell = page.locator("td.fit a").first.get_attribute("href")
    page.goto(f"{address}/scanners/")
    exams = [int(text) for text in page.locator("td.c-exams").all_inner_texts()]
    reports = page.locator("td.c-reports a").nth(exams.index(max(exams))).get_attribute("href")
    scanner = page.get_by_role("link", name="CT 2 Outpatients").get_attribute("href")
    tube = page.get_by_role("link", name="Angio 1").first.get_attribute("href")
    return {
        "today": "/", "ask": "/ask/",
        "ask-answer": "/ask/?q=CT+chest+doses+per+month+since+January+by+scanner", "exams": "/exams/",
        "exams-filtered": "/exams/?procedure=ct-chest&order=-dlp",
        "exams-empty": "/exams/?text=zzz",
        "conceptus": f"{first(page, address, '/exams/?procedure=ct-abdomen-pelvis')}conceptus/",
        "exam": exam or "", "provenance": f"{exam}provenance/?event=1", "object-tree": tree or "", "procedures": "/procedures/",
        "procedure": procedure or "", "procedure-computed": "/procedures/ct-chest/?quantity=ssde_mgy",
        "procedure-corrected": "/procedures/xa-pci/?quantity=dap_corrected_gy_cm2", "names": CHOSEN_NAMES,
        "compliance": "/compliance/?days=1095", "compliance-cell": cell or "",
        "methods": "/methods/", "method": "/methods/ssde-aapm-220/",
        "flags": "/flags/", "flag": flag or "", "cases": "/cases/?show=all", "case": first(page, address, "/cases/?show=all"),
        "notifiable": "/notifiable/?sent=1&pack=uk-saue&on=2026-11-27&exposure=unintended&patient=adult&intended=0.5&delivered=6",
        "rule-packs": "/notifiable/packs/", "rules": "/rules/?site=1", "rule": "/rules/high-dose/?site=1", "scanners": "/scanners/",
        "scanner-reports": reports or "", "scanner": scanner or "", "calibration": f"{tube}calibration/",
        "quality": "/quality/?days=365",
        **{f"exam-{kind}": first(page, address, f"/exams/?modality={modality}") for kind, modality in KINDS.items()},
        "people": "/people/?choose=sure", "person": person or "", "people-sites": "/people/sites/",
        "differences": "/people/differences/",
        "patients": "/patients/", "patient": patient or "", "sizes": "/sizes/",
        "levels": "/levels/", "level-set": "/levels/jp-jrime-2025/?modality=CT", "levels-own": "/levels/own/",
        "plausibility": "/plausibility/", "plausibility-tests": "/plausibility/?show=tests",
        "reports": "/reports/", "report": first(page, address, "/reports/"), "report-signed": last(page, address, "/reports/"),
        "report-today": f"{last(page, address, '/reports/')}today/",
        "tokens": "/tokens/", "audit": "/audit/", "audit-patient": "/audit/?patient=13",
        "change-password": "/accounts/password/", "not-found": "/exams/999999/",
    }  # fmt: skip


def first(page: Page, address: str, listed: str) -> str:
    """Address of the first row of a list."""
    page.goto(f"{address}{listed}")
    return page.locator("td.lead a").first.get_attribute("href") or ""


def last(page: Page, address: str, listed: str) -> str:
    """Address of the last row of a list."""
    page.goto(f"{address}{listed}")
    return page.locator("td.lead a").last.get_attribute("href") or ""


def sign_in(page: Page, address: str, account: str = ACCOUNT) -> None:
    """Log in by the form."""
    page.goto(f"{address}/accounts/login/")
    page.get_by_label("Username").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def _pictures(opened: Browser, address: str, theme: str, width: int, height: int, wanted: list[str]) -> None:
    context = opened.new_context(viewport={"width": width, "height": height}, color_scheme=theme, locale="en-GB")  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda message: print(f"{page.url}: {message.text}"))
    page.goto(f"{address}/accounts/login/")
    _picture(page, "sign-in", theme, width, wanted)
    sign_in(page, address)
    for name, path in pages(page, address).items():
        if wanted and name not in wanted:
            continue
        page.goto(address + path)
        for place in page.locator("[data-chart]").all():
            place.wait_for()
        page.wait_for_timeout(350)
        _picture(page, name, theme, width, wanted)
    page.goto(f"{address}{CHOSEN_NAMES}")
    page.get_by_role("button", name="Preview", exact=True).click()
    page.wait_for_url("**/preview")
    _picture(page, "names-preview", theme, width, wanted)
    context.close()


def _picture(page: Page, name: str, theme: str, width: int, wanted: list[str]) -> None:
    if wanted and name not in wanted:
        return
    path = FOLDER / f"{name}-{theme}-{width}.png"
    if name == "object-tree":
        page.screenshot(path=path)
        return
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": height})  # a phone's bar stands at the end of the picture
    page.screenshot(path=path)
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1], sys.argv[2:])
    else:
        with tempfile.TemporaryDirectory() as folder, served_in(Path(folder) / "data") as served:
            main(served.address, [])
