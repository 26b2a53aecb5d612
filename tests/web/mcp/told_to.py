"""What the tools tell a program that reads with an account's rights, asked over HTTP within the test's own process."""

import secrets
from typing import Any

from django.conf import settings
from starlette.testclient import TestClient

from doseloop.roles.web import application
from doseloop.store import tokens
from doseloop.store.accounts import account_named
from tests.web.mcp.programs import headers, tool_call


def told_to_program(account: str, tool: str, **arguments: Any) -> Any:
    """What a tool gives to a program with a new token of the account, None where it refuses."""
    token = tokens.add_for_reading(secrets.token_hex(4), account_named(account))
    with TestClient(application(settings.DOSELOOP, threads=1), base_url="http://localhost") as client:
        answer = client.post("/mcp", json=tool_call(tool, **arguments), headers=headers(token))
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    return None if result.get("isError") else result["structuredContent"]
