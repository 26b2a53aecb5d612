"""Rows of the audit become FHIR AuditEvents with what PS3.15 A.5 and FHIR R4 require, in DICOM's own codes."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydicom.sr._concepts_dict import concepts

from doseloop.model.audit import ACTIONS, AuditRecord
from doseloop.report.audit_event import audit_event

SOURCE = Path(__file__).parents[2] / "src" / "doseloop"
CODING = {
    "type": "object",
    "required": ["system", "code"],
    "properties": {"system": {"format": "uri"}, "code": {"pattern": r"^\S+$"}},
}
REQUIRED = {
    "type": "object",
    "required": ["resourceType", "type", "action", "recorded", "outcome", "agent", "source"],
    "additionalProperties": False,
    "properties": {
        "resourceType": {"const": "AuditEvent"},
        "id": {"pattern": r"^[A-Za-z0-9\-.]{1,64}$"},
        "type": CODING,
        "subtype": {"type": "array", "minItems": 1, "items": CODING},
        "action": {"enum": list("CRUDE")},
        "recorded": {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
        "outcome": {"enum": ["0", "4", "8", "12"]},
        "outcomeDesc": {"type": "string", "minLength": 1},
        "agent": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["requestor", "who"],
                "properties": {
                    "requestor": {"type": "boolean"},
                    "network": {"properties": {"type": {"enum": ["1", "2", "3", "4", "5"]}}},
                },
            },
        },
        "source": {"type": "object", "required": ["observer"], "properties": {"site": {"minLength": 1}}},
        "entity": {
            "type": "array",
            "items": {
                "required": ["what", "type", "role"],
                "properties": {
                    "type": CODING,
                    "role": CODING,
                    "detail": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"required": ["type", "valueString"], "properties": {"valueString": {"minLength": 1}}},
                    },
                },
            },
        },
    },
}
"""The required elements of FHIR R4 AuditEvent, and the value sets that it binds as required."""


def row(action: str, **given: Any) -> AuditRecord:
    values = {
        "id": 12, "at": datetime(2026, 11, 24, 14, 3, tzinfo=UTC), "account": 7, "actor": "m.keane", "address": "10.1.0.8",
        "action": action, "subject": "exam 4", "patient_key": 9, "identified": True, "site": 1, "before": {}, "after": {},
    }  # fmt: skip
    return AuditRecord(**{**values, **given})


ROWS = [
    *(row(action) for action in ACTIONS),
    row("something new"),
    row("started", account=None, patient_key=None, identified=None, site=None, address="", after={"settings": {}}),
    row("set aside", before={"state": "open", "verdict": ""}, after={"state": "set aside"}, address="::1"),
]


@pytest.mark.parametrize("made", ROWS, ids=lambda made: made.action)
def test_every_row_becomes_a_message_with_the_required_elements(made: AuditRecord) -> None:
    message = audit_event(made, "Main site")
    assert [error.message for error in Draft202012Validator(REQUIRED).iter_errors(message)] == []
    assert message["agent"][0]["requestor"] is True


@pytest.mark.parametrize("action", ACTIONS)
def test_codes_are_those_of_dicom_with_their_meanings(action: str) -> None:
    message = audit_event(row(action), "Main site")
    for coding in (message["type"], *message.get("subtype", ())):
        assert coding["display"].casefold() in meanings(coding["code"])


def meanings(code: str) -> set[str]:
    return {entry[code][0].casefold() for entry in concepts["DCM"].values() if code in entry}


def test_a_sight_names_the_patient_by_key_and_whether_identity_was_shown() -> None:
    message = audit_event(row("saw"), "Main site")
    patient, exam = message["entity"]
    assert patient["what"]["identifier"]["value"] == "patient 9"
    assert patient["detail"] == [{"type": "identity", "valueString": "shown"}]
    assert exam["what"]["identifier"]["value"] == "exam 4"


def test_every_action_that_the_house_notes_has_its_dicom_event() -> None:
    found = set(actions())
    assert len(found) > 12
    assert found - set(ACTIONS) == set()


def actions() -> Iterator[str]:
    """Words that stand as the action in a call of the audit's functions."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            noting = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("record_change", "record_sight")
            if noting and isinstance(node.args[1], ast.Constant):
                yield str(node.args[1].value)
