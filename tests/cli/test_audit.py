"""`doseloop audit`: verified, exported and its head printed over a real data folder."""

import json
from pathlib import Path

import pytest

from doseloop.store.address import address_of
from tests.cli.test_first_command import run
from tests.record import ON_POSTGRESQL, execute, record_url

pytestmark = pytest.mark.record


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_audit_of_a_folder_is_sealed_verified_and_its_faults_are_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run(data, "account", "add", "m.keane")
    head = run(data, "audit", "head").stdout.strip()
    intact = run(data, "audit", "verify", "--json", "--head", head)
    assert (intact.returncode, intact.stderr) == (0, "")
    assert json.loads(intact.stdout)["intact"] is True

    trigger = "no_change ON store_auditrow" if ON_POSTGRESQL else "no_update"
    execute(
        address_of(record_url(data), data),
        f"DROP TRIGGER store_auditrow_{trigger}",
        "UPDATE store_auditrow SET actor = 'nobody' WHERE action = 'made account'",
    )
    broken = run(data, "audit", "verify", "--json", "--head", head)
    told = json.loads(broken.stdout)
    assert (broken.returncode, told["intact"], told["fault"]["kind"]) == (1, False, "row changed")
    said = run(data, "audit", "verify")
    assert (said.returncode, "Traceback" in said.stderr) == (1, False)
    assert "is not what seal 1 was made over" in said.stdout


def test_the_export_is_lines_of_json_filtered_as_the_page_is_and_is_noted_itself(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run(data, "account", "add", "m.keane")
    rows = lines(run(data, "audit", "export", "--filter", "action=made account").stdout)
    assert [row["action"] for row in rows] == ["made account"]
    assert rows[0]["after"] == {"role": "administrator"}
    (used,) = lines(run(data, "audit", "export", "--filter", "action=used the audit").stdout)[1:]
    assert used["after"] == {"filter": {"action": "made account"}}
    messages = lines(run(data, "audit", "export", "--form", "fhir").stdout)
    assert {message["resourceType"] for message in messages} == {"AuditEvent"}
    assert run(data, "audit", "export", "--filter", "colour=red").returncode == 1
