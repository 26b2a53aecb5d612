"""The hospital of the demo: its past days up to this minute, and its scanners as they work now."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from doseloop.simulate.chance import chance
from doseloop.simulate.conditions import USUAL, Conditions
from doseloop.simulate.day import SimulatedExam, simulated, workday
from doseloop.simulate.department import Department
from doseloop.simulate.exam import draw_exam
from doseloop.simulate.faults import Planted

LEAD = {"CT": timedelta(minutes=12), "XA": timedelta(minutes=100)}
"""An exam that ends now began so long ago."""
EVERY_S = (2.0, 7.0)
HIGH_DOSE_AT = (3, 17)
"""Which exam, counted from 0, has four times its dose, and after how many the next."""
THINNED = 8
FAULTY = "CT Abdomen/Pelvis"


def past_days(department: Department, now: datetime, days: int, seed: int) -> Iterator[SimulatedExam]:
    """Exams of the `days` before today and of today until `now` (wall clock of the sites), in order.

    Yesterday and today are whole; of the days before, one exam in eight, so that a demo has months to show soon.
    """
    for back in range(days, -1, -1):
        for number, exam in enumerate(workday(department, now.date() - timedelta(days=back), seed)):
            if all(delivery.at < now for delivery in exam.deliveries) and (back < 2 or number % THINNED == 0):
                yield exam


def live(department: Department, seed: int) -> Iterator[SimulatedExam]:
    """Exams that end now, one every few seconds, without end; now and then one has four times the dose of its group."""
    scanners = [scanner for scanner in department.scanners if scanner.mix]
    for number in count():
        draw = chance(seed, "live", number)
        scanner = draw.choices(scanners, [one.exams_per_week for one in scanners])[0]
        procedure = draw.choices(list(scanner.mix), list(scanner.mix.values()))[0]
        first, then = HIGH_DOSE_AT
        planted = number % then == first
        if planted:
            scanner, procedure = next((one, FAULTY) for one in scanners if FAULTY in one.mix)
        found = Planted(("high_dose",), Conditions(dose_factor=4.0, typical=True)) if planted else Planted((), USUAL)
        began = datetime.now(UTC).replace(tzinfo=None) - LEAD[scanner.modality]
        accession = f"L{began:%y%m%d%H%M%S}{number:03d}"
        exam = draw_exam(department, scanner, procedure, began, accession, seed, draw, found.conditions)
        yield simulated(exam, found, draw)
        time.sleep(draw.uniform(*EVERY_S))
