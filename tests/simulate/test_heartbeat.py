"""The scanners of the virtual hospital: none of them is called silent while it works, and each soon where it stops."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from doseloop.assess.heartbeat import silence, usual_week
from doseloop.simulate.day import workday
from doseloop.simulate.department import standard_department

WEEKS = 10
BEGUN = date(2026, 1, 5)
STOPPED = datetime(2026, 3, 16, 9)
"""The Monday after."""


@pytest.fixture(scope="module")
def starts() -> dict[str, list[datetime]]:
    department = standard_department()
    found: dict[str, list[datetime]] = defaultdict(list)
    for step in range(7 * WEEKS):
        for exam in workday(department, BEGUN + timedelta(days=step), seed=3):
            found[exam.scanner.name].append(exam.at)
    return {name: sorted(moments) for name, moments in found.items()}


def test_no_scanner_that_works_is_called_silent(starts: dict[str, list[datetime]]) -> None:
    told = []
    for name, moments in starts.items():
        week = usual_week(moments, STOPPED)
        assert week is not None, name
        told += [name for one, following in pairwise(moments) if silence(week, one, following).is_told]
    assert len(starts) == 7
    assert told == []


def test_a_scanner_that_stops_on_a_monday_is_told_within_days(starts: dict[str, list[datetime]]) -> None:
    late = {}
    for name, moments in starts.items():
        week = usual_week(moments, STOPPED)
        assert week is not None
        now = STOPPED
        while not silence(week, moments[-1], now).is_told:
            now += timedelta(minutes=15)
        late[name] = (now - STOPPED) / timedelta(hours=1)
    assert late["CT3"] < 24
    assert max(late[name] for name in ("CT1", "CT2", "CT4")) < 24
    assert max(late.values()) < 24 * 7
