"""What an installation does is in its audit: starts, stops, settings, sign-ins and lock-outs, all of it sealed at the end."""

import json
import urllib.error
from pathlib import Path

import pytest

from tests.roles.installation import Installation
from tests.roles.signed_in import SignedIn

pytestmark = [pytest.mark.peers, pytest.mark.record]
PASSWORD = "read-while-sealing-7"


def test_starts_stops_and_changed_settings_are_noted_and_sealed(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    with installation:
        pass
    installation.settings["DOSELOOP_SILENT_HOURS"] = "48"
    with installation:
        pass
    rows = installation.ask("SELECT action, CAST(after AS text) FROM store_auditrow WHERE actor = 'serve' ORDER BY id")
    assert [action for action, _ in rows] == ["started", "stopped", "settings changed", "started", "stopped"]
    assert json.loads(str(rows[2][1])) == {"silent_hours": "48.0"}
    told = json.loads(installation.command("audit", "verify", "--json").stdout)
    assert (told["intact"], told["unsealed"]) == (True, 0)
    assert '"event": "audit sealed"' in installation.log.read_text()


def test_sign_ins_that_fail_and_lock_outs_are_noted_without_what_was_typed(tmp_path: Path) -> None:
    with Installation(tmp_path / "data", password=PASSWORD) as installation:
        installation.command("account", "add", "m.keane")
        address = f"http://127.0.0.1:{installation.web_port}"
        for _ in range(8):
            with pytest.raises((AssertionError, urllib.error.HTTPError)):
                SignedIn(address, "m.keane", "wrong")
        with pytest.raises((AssertionError, urllib.error.HTTPError)):
            SignedIn(address, PASSWORD, "typed into the wrong field")
    rows = installation.ask("SELECT action, subject, actor, address FROM store_auditrow WHERE actor = 'not signed in'")
    assert ("failed to sign in", "account 1", "not signed in", "127.0.0.1") in rows
    assert len([row for row in rows if row[0] == "locked out"]) == 1
    held = installation.ask("SELECT actor, subject, CAST(after AS text) FROM store_auditrow")
    assert PASSWORD not in str(held)
