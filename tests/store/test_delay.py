"""Hours from a recorded start to the arrival, whatever its zone."""

from datetime import UTC, datetime

import pytest

from doseloop.model.exam import WallTime
from doseloop.store.delay import delay_h

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone", "hours"),
    [
        ("2026-07-01T11:00:00", "UTC", 1.0),
        ("2026-07-01T13:30:00", "Europe/Berlin", 0.5),
        ("2026-07-01T12:30:00", "+0100", 0.5),
        ("2026-07-01T13:00:00", "UTC", -1.0),
        ("2026-06-30", "UTC", 36.0),
        ("", "UTC", None),
        ("2026-07-01T11:00:00", "Mars/Olympus", None),
        ("2026-07-01T11:00:00", "", None),
        ("2026-07-01T11:00:00", "../etc", None),
    ],
)
def test_hours_to_the_arrival(local: str, zone: str, hours: float | None) -> None:
    assert delay_h(WallTime(local, zone, "site"), NOON) == hours
