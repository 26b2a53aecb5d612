"""Roles of CT acquisitions."""

import pytest

from doseloop.harmonise.acquisitions import Role, role
from doseloop.model.ct import CtEvent
from doseloop.model.reading import Code, Reading


def event(code: str | None, name: str | None = None, dlp: float | None = None, meaning: str = "") -> CtEvent:
    return CtEvent(
        acquisition_type=None if code is None else Reading(Code(code, "DCM", meaning), "1.1", meaning),
        protocol=None if name is None else Reading(name, "1.2", name),
        dlp_mgy_cm=None if dlp is None else Reading(dlp, "1.3", str(dlp)),
    )


@pytest.mark.parametrize(
    ("code", "name", "dlp", "expected"),
    [
        ("113805", "Topogram", 3.0, "localiser"),
        ("113805", "Abdomen", 3.0, "localiser"),
        ("116152004", "Abdomen", 500.0, "main"),
        ("116152004", "Scout Bolus", 500.0, "main"),
        ("P5-08001", "Head", 900.0, "main"),
        ("113804", "PreMonitoring", 1.0, "bolus tracking"),
        ("113804", "Head Seq", 900.0, "main"),
        ("113806", "Monitoring", 8.0, "bolus tracking"),
        ("113806", "Smart Prep", 8.0, "bolus tracking"),
        ("113806", None, 8.0, "bolus tracking"),
        ("113806", None, 100.0, "bolus tracking"),
        ("113806", None, 100.1, "main"),
        ("113806", "Neuro Perfusion", 50.0, "main"),
        ("113806", "CT Biopsy", 5.0, "main"),
        ("113807", "Tracker", 5.0, "bolus tracking"),
        ("113807", "Body", 5.0, "main"),
        (None, "Surview", 5.0, "localiser"),
        (None, "Test Bolus", 5.0, "bolus tracking"),
        (None, "Chest", 5.0, "main"),
        (None, None, None, "main"),
    ],
)
def test_the_role_follows_the_type_and_then_the_name(
    code: str | None, name: str | None, dlp: float | None, expected: Role
) -> None:
    assert role(event(code, name, dlp)) == expected


def test_a_type_with_a_maker_s_code_is_known_by_its_meaning() -> None:
    assert role(event("X1", "Chest", 3.0, "Constant Angle Acquisition")) == "localiser"
