"""A person makes a token at a browser, a program asks by it, and the person ends it."""

from typing import Any

import httpx2
import pytest

from tests.web.mcp.programs import headers, tool_call
from tests.web.screenshots import sign_in
from tests.web.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def status_of_program(served: Served, token: str) -> int:
    asked = tool_call("get_dimension_values", dimension="site")
    return httpx2.post(f"{served.address}/mcp", json=asked, headers=headers(token), timeout=60).status_code


def test_a_token_that_is_made_on_the_page_lets_a_program_ask_until_it_is_revoked_there(
    page: Any, served: Served
) -> None:
    sign_in(page, served.address, "viewer")
    page.locator(".menu summary").click()
    page.get_by_role("link", name="Tokens").click()
    page.get_by_label("Name of the program").fill("Assistant")
    page.get_by_label("Days in force").fill("7")
    page.get_by_role("button", name="Make it").click()
    token = page.locator("[data-secret]").inner_text()
    assert status_of_program(served, token) == 200
    page.goto(f"{served.address}/tokens/")
    assert token not in page.content()
    page.get_by_text("last used").wait_for()
    page.get_by_role("button", name="Revoke Assistant").click()
    page.get_by_text("The token Assistant is no longer in force.").wait_for()
    assert status_of_program(served, token) == 401
