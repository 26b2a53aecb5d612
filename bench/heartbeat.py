"""False alarms and delay of the rule `silent-scanner`: `python -m bench.heartbeat [MONTHS]`.

Workloads are Poisson processes with a rate for each hour of the week; on uneven days each day's rate is multiplied by a gamma
factor of mean 1. The usual week is taken anew each day from what came before, as the worker does. A real silence begins at a
moment of chance; its delay is counted in the scanner's usual hours from then on. The seeds are fixed.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from doseloop.assess.heartbeat import UsualWeek, silence, usual_week

BEGUN = datetime(2026, 1, 5)
SEEN = timedelta(weeks=8)
MONTH = timedelta(days=365.25 / 12)
SILENCES = 60
ROUND_THE_CLOCK = (*[0.3] * 7, 0.8, *[1.5] * 10, *[1.0] * 4, 0.5, 0.5)
OFFICE = (*[0.0] * 7, 0.4, 1.2, 1.4, 1.4, 1.2, 0.8, 1.2, 1.2, 1.0, 0.5, 0.1, *[0.0] * 6)
MORNING = (*[0.0] * 8, 1.0, 1.2, 1.2, 1.0, *[0.0] * 12)
WORKING_DAYS = (1, 1, 1, 1, 1, 0, 0)


@dataclass(frozen=True)
class Workload:
    """Exams of a week, spread over days and hours."""

    name: str
    days: Sequence[float]
    hours: Sequence[float]
    per_week: float

    def starts(self, weeks: int, day_spread: float, seed: int) -> list[datetime]:
        """Starts of exams in order. `day_spread`: standard deviation of a day's factor."""
        chance = np.random.default_rng(seed)
        shape = np.outer(self.days, self.hours)
        rates = shape / shape.sum() * self.per_week
        found = []
        for day in range(7 * weeks):
            factor = chance.gamma(day_spread**-2, day_spread**2) if day_spread else 1.0
            for hour, number in enumerate(chance.poisson(rates[day % 7] * factor)):
                seconds = np.sort(chance.uniform(0, 3600, number))
                found += [BEGUN + timedelta(days=day, hours=hour, seconds=float(second)) for second in seconds]
        return found


WORKLOADS = (
    Workload("round the clock, 150 a week", (1.15, 1.1, 1.1, 1.1, 1.1, 0.75, 0.7), ROUND_THE_CLOCK, 150),
    Workload("office hours, 100 a week", WORKING_DAYS, OFFICE, 100),
    Workload("office hours, 40 a week", WORKING_DAYS, OFFICE, 40),
    Workload("three mornings, 20 a week", (1, 0, 1, 0, 1, 0, 0), MORNING, 20),
    Workload("office hours, 5 a week", WORKING_DAYS, OFFICE, 5),
)


def false_alarms(starts: Sequence[datetime]) -> int:
    """Silences that would have been told between two exams, after the first eight weeks."""
    told, since, week, day = 0, 0, None, None
    for one, following in pairwise(starts):
        if one < starts[0] + SEEN:
            continue
        if one.date() != day:
            day = one.date()
            since = next(at for at in range(since, len(starts)) if starts[at] >= one - SEEN)
            week = usual_week([start for start in starts[since : since + 3000] if start <= one], one)
        told += week is not None and silence(week, one, following).is_told
    return told


def delays(starts: Sequence[datetime], seed: int) -> list[float]:
    """Usual hours from the beginning of a real silence until it is told."""
    chance = np.random.default_rng(seed)
    span = starts[-1] - starts[0] - SEEN
    found = []
    for _ in range(SILENCES):
        begun = starts[0] + SEEN + span * chance.random()
        before = [start for start in starts if begun - SEEN <= start <= begun]
        week = usual_week(before, begun)
        if week is not None:
            found.append(_delay(week, before[-1], begun))
    return found


def _delay(week: UsualWeek, last: datetime, begun: datetime) -> float:
    now = begun
    while not silence(week, last, now).is_told:
        now += timedelta(minutes=15)
    return silence(week, begun, now).usual_hours


def main(months: int) -> None:
    """Print a row for each workload and evenness of days."""
    weeks = 8 + round(months * MONTH / timedelta(weeks=1))
    for day_spread in (0.0, 0.5):
        for workload in WORKLOADS:
            starts = workload.starts(weeks, day_spread, seed=1)
            late = delays(starts, seed=2)
            print(
                f"| {workload.name} | {'differ by half' if day_spread else 'even'} | {false_alarms(starts) / months:.2f} "
                f"| {np.median(late):.0f} | {np.percentile(late, 90):.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
