"""Repeated scans are found on the days on which they were raised."""

from datetime import timedelta

from bench.loop.clock import SimulatedClock
from doseloop.facts.engine import Facts
from doseloop.roles.repeat_watch import RepeatWatch
from tests.facts.conftest import facts, paths
from tests.roles.test_repeat_watch import scanned
from tests.series.replayed import end_of, found, live, replayed
from tests.store.drifting import BEGUN, a_scanner, at, doses, give

__all__ = ["facts", "paths"]
DAYS = 30
RISES = ((120, 150), (240, 290))
"""Exams of which every second is scanned twice; in between they are as before."""


def test_rises_that_come_and_go_are_found_as_they_were_raised(clock: SimulatedClock, facts: Facts) -> None:
    scanner, watch, first = a_scanner(), RepeatWatch(), 0
    values = doses(12 * DAYS)
    for number in range(DAYS):
        day = BEGUN.date() + timedelta(days=number)
        last = first + sum(at(one).date() == day for one in range(first, first + 12))
        for exam, key in enumerate(give(scanner, values[first:last], first), first):
            twice = exam % 2 == 0 and any(begin <= exam < end for begin, end in RISES)
            scanned([key], twice=twice)
        clock.advance(end_of(day))
        assert watch.step()
        first = last
    raised = live("repeated-scan")
    assert len(set(raised.values())) == 2
    made = replayed(facts, scanner.site_id, "repeated-scan")
    assert found(made) == raised
    assert {one.scanner for one in made.new} == {scanner.pk}
