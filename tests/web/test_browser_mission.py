"""The loop closes: a protocol is copied with a wrong parameter, flagged the same day, made a case and put right, and the case shows
the effect with its interval. A virtual hospital, the real chain, real pages."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from tests.record import record_url
from tests.roles.installation import free_port
from tests.web.screenshots import sign_in
from tests.web.serving import REPOSITORY
from tests.web.states import open_all
from tests.web.test_browser_axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DAY_BEFORE, COPIED, PUT_RIGHT, TOO_FEW, ENOUGH = "2025-01-19", "2025-01-20", "2025-02-02", "2025-02-04", "2025-02-15"
SECONDS = 120_000
"""Milliseconds to wait for what comes of itself."""
TRUE_CHANGE = 100 * (1 / 1.45 - 1)


@dataclass
class Mission:
    """A hospital whose days go by when they are told to."""

    address: str
    asked: IO[str]
    told: IO[str]

    def until(self, day: str) -> dict[str, str]:
        """Live to the end of the day. Rule by key of the flags that are open then."""
        self.asked.write(f"{day}\n")
        self.asked.flush()
        flags: dict[str, str] = json.loads(self.told.readline())["flags"]
        return flags


@contextmanager
def mission_in(data: Path) -> Iterator[Mission]:
    port = free_port()
    paths = os.pathsep.join((str(REPOSITORY / "src"), str(REPOSITORY)))
    environment = {**os.environ, "DOSELOOP_DATA": str(data), "DOSELOOP_RECORD": record_url(data), "PYTHONPATH": paths}
    command = [sys.executable, "-m", "tests.web.mission_server", str(port)]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as server:
        assert server.stdin and server.stdout
        assert server.stdout.readline(), "the hospital did not open"
        try:
            yield Mission(f"http://localhost:{port}", server.stdin, server.stdout)
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def mission(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mission]:
    with mission_in(tmp_path_factory.mktemp("mission") / "data") as found:
        yield found


def test_a_copied_protocol_is_flagged_the_same_day_followed_put_right_and_shown_to_be_right(
    page: Any, mission: Mission
) -> None:
    page.set_default_timeout(SECONDS)
    assert mission.until(DAY_BEFORE) == {}
    ((flag, rule),) = mission.until(COPIED).items()
    assert rule == "protocol-change"

    sign_in(page, mission.address, "physicist")
    page.goto(f"{mission.address}/flags/{flag}/")
    page.get_by_text(
        re.compile(rf"since {COPIED}.*“AbdPelvis_Routine / Abdomen”: tube voltage 110 → 130 kV")
    ).wait_for()
    page.get_by_role("button", name="Make a case").click()
    page.get_by_role("heading", name="Timeline").wait_for()
    case = str(page.url)

    mission.until(PUT_RIGHT)
    page.locator("summary", has_text="Record an action").click()
    page.get_by_label("In words").first.fill("Voltage back to 110 kV, reference as before the copy.")
    page.get_by_label("When, by the clock of the site").first.fill(f"{PUT_RIGHT}T20:00")
    page.get_by_label("Procedure", exact=True).select_option("ct-abdomen-pelvis")
    page.get_by_label("by, %").fill("30")
    page.get_by_role("button", name="Record the action").click()
    page.get_by_text("Expected: DLP falls by 30 %").wait_for()

    mission.until(TOO_FEW)
    page.goto(case)
    page.get_by_text(re.compile(r"exams since, at least 10 are needed; expected 30 % less: too early\.")).wait_for()
    assert page.locator(".head .state").first.inner_text() == "Waiting for effect"

    mission.until(ENOUGH)
    page.goto(case)
    page.get_by_text("Later exams show what was expected.").wait_for()
    said = page.locator("#h-effect").locator("xpath=ancestor::section").locator(".said").inner_text()
    told = re.fullmatch(
        r"(\d+) % less, 95 % interval (\d+) to (\d+) % less, (\d+) exams since; expected 30 % less: met\.", said
    )
    assert told, said
    change, near, far, exams = map(int, told.groups())
    assert near < -TRUE_CHANGE < far and near < change < far and exams >= 10
    page.get_by_text("Compared with the same exams on CT2REV.").wait_for()
    page.locator("[data-chart][data-drawn=yes]").wait_for()

    page.get_by_label("Why").last.fill("The dose is as before the copy.")
    page.get_by_role("button", name="Close the case").click()
    page.get_by_role("button", name="Open the case again").wait_for()
    page.goto(f"{mission.address}/cases/?show=closed")
    page.get_by_text(f"{change} % less ({near} to {far} % less), {exams} exams since").wait_for()


def test_axe_finds_nothing_and_nothing_scrolls_sideways(opened: Any, mission: Mission) -> None:
    found, wide = {}, {}
    for theme, width in (("light", 1280), ("dark", 390)):
        context = opened.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
        page = context.new_page()
        sign_in(page, mission.address, "viewer")
        for path in ("/cases/1/", "/cases/?show=all"):
            page.goto(mission.address + path)
            open_all(page)
            found[theme, path] = violations(page)
            wide[theme, path] = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if shots := os.environ.get("DOSELOOP_SHOTS"):
                page.screenshot(
                    path=f"{shots}/{theme}{path.strip('/').replace('/', '-').split('?')[0]}.png", full_page=True
                )
        context.close()
    assert {view: said for view, said in found.items() if said} == {}
    assert {view: more for view, more in wide.items() if more > 0} == {}
