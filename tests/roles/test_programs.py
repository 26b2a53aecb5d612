"""`doseloop serve` and tokens that the commands make: one for reading reads, one for sending stores, neither does the other."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import Client

from doseloop.simulate.day import objects
from tests.roles.installation import Installation
from tests.web.mcp.programs import call, headers, talk_by_http, tool_call

pytestmark = pytest.mark.peers


def test_a_token_is_for_reading_or_for_sending_and_commands_make_list_and_end_both(tmp_path: Path) -> None:
    with Installation(tmp_path / "data") as installation:
        installation.command("site", "Main Hospital")
        installation.command("account", "add", "assistant", "--password", "correct horse battery", "--role", "viewer")
        reading = installation.command("token", "add", "notes", "--account", "assistant", "--days", "30").stdout.strip()
        sending = installation.command("token", "add", "CT1").stdout.strip()
        listed = installation.command("token", "list").stdout
        address = f"http://127.0.0.1:{installation.web_port}"

        assert talk_by_http(address, reading, list_metrics)["result"]
        assert asked(address, sending).status_code == 401
        assert (stored(installation, reading), stored(installation, sending)) == (401, 200)
        installation.command("token", "revoke", "notes", "--account", "assistant")
        assert asked(address, reading).status_code == 401
        assert stored(installation, sending) == 200
    assert "CT1: sends, made" in listed
    assert "notes: reads as assistant, made" in listed
    assert ", expires " in listed


async def list_metrics(client: Client) -> Any:
    """What can be asked for."""
    return await call(client, "list_metrics")


def asked(address: str, token: str) -> httpx2.Response:
    return httpx2.post(f"{address}/mcp", json=tool_call("list_metrics"), headers=headers(token), timeout=60)


def stored(installation: Installation, token: str) -> int:
    """Status of the answer to an object that is sent with the token."""
    part = b"--x\r\nContent-Type: application/dicom\r\n\r\n" + next(iter(objects(1, seed=4))) + b"\r\n--x--\r\n"
    sent = {
        "Authorization": f"Bearer {token}",
        "Content-Type": 'multipart/related; type="application/dicom"; boundary=x',
    }
    where = f"http://127.0.0.1:{installation.stow_port}/dicomweb/studies"
    return httpx2.post(where, content=part, headers=sent, timeout=60).status_code
