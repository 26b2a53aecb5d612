"""Changes of protocols that are told where none was made, and after how many exams one is told: `python -m bench.protocols [DAYS]`.

The CT exams of the virtual hospital, without faults. Then in each protocol with 60 of them the pitch is set
otherwise from its middle on.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from statistics import median

from doseloop.assess.protocol_change import Use, changes
from doseloop.simulate import SimulatedExam, standard_department, workday
from doseloop.simulate.records import CtAcquisition

FIRST = date(2025, 1, 1)
SEED = 31
LEAST = 60


def main(days: int) -> None:
    """Print both."""
    by_protocol: dict[str, list[Use]] = defaultdict(list)
    for number, exam in enumerate(_exams(days)):
        for event in exam.deliveries[-1].report.exam.ct_events:
            if event.pitch:
                by_protocol[f"{exam.scanner.name} {exam.procedure} {event.protocol}"].append(_use(number, event))
    uses = sum(map(len, by_protocol.values()))
    found = [one for name, own in by_protocol.items() for one in changes(name, own)]
    print(f"{days} days, {uses} exams of {len(by_protocol)} protocols: {len(found)} changes where none was made")
    delays = [delay for own in by_protocol.values() if len(own) >= LEAST and (delay := _delay(own))]
    planted = sum(len(own) >= LEAST for own in by_protocol.values())
    print(f"{len(delays)} of {planted} planted changes told; exams until then: {median(delays)}, at most {max(delays)}")


def _exams(days: int) -> Iterator[SimulatedExam]:
    for day in range(days):
        yield from workday(standard_department(), FIRST + timedelta(days=day), SEED)


def _use(number: int, event: CtAcquisition) -> Use:
    settings = {
        "kvp": str(event.kvp),
        "pitch": str(event.pitch),
        "rotation_time_s": str(event.rotation_s),
        "total_collimation_mm": str(event.total_collimation_mm),
        "modulation": event.modulation,
        "phantom_cm": str(event.phantom_cm),
    }
    return Use(number, event.started_at.isoformat(), settings, event.ctdi_vol_mgy)


def _delay(uses: list[Use]) -> int | None:
    """After how many exams a change in the middle is told; None where it never is."""
    middle = len(uses) // 2
    since = [replace(one, settings={**one.settings, "pitch": "0.35"}) for one in uses[middle:]]
    tries = range(1, len(since) + 1)
    return next((told for told in tries if changes("", [*uses[:middle], *since[:told]])), None)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 250)
