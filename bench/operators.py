"""False findings and delays of the rule `operators`: `python -m bench.operators [RUNS]`.

Departments as in life: two CTs with 150 exams a week each, five operators who do unlike shares of them, eight procedures, log-SD
0.28 of the CTDIvol and 0.16 of the range at a size, a quarter without weight, personal habits of 3 %, weeks of 4 %, and
neighbouring exams that correlate with 0.3. A look each week, as the worker takes it. The seeds are fixed.
"""

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from bench.drift import correlated
from doseloop.assess.operator_sample import NamedExam
from doseloop.assess.operators import DAYS, Look, look, on_period, window_of

BEGUN = datetime(2025, 1, 6)
SCANNERS = {1: "CT 1", 2: "CT 2"}
PEOPLE, WEEKLY, PROCEDURES = 5, 150, 8
STEP_AFTER = 70
"""Days before a habit changes."""


@dataclass(frozen=True, slots=True)
class Habit:
    """What the first operator does from `STEP_AFTER` on."""

    setting: float = 1.0
    length: float = 1.0
    scanners: tuple[int, ...] = (1, 2)


def exams(seed: int, days: int, habit: Habit, begun_after: int = STEP_AFTER) -> list[NamedExam]:
    """The exams of a department in the order of scanners."""
    chance = np.random.default_rng(seed)
    habits = 0.03 * chance.standard_normal((2, PEOPLE))
    share = chance.dirichlet(np.full(PEOPLE, 8.0), size=2)
    levels = chance.normal(0, 0.4, (2, PROCEDURES, 2))
    made: list[NamedExam] = []
    for scanner in SCANNERS:
        count = days * WEEKLY // 7
        noise = np.array([correlated(chance, count, 0.3), correlated(chance, count, 0.3)])
        weeks = 0.04 * chance.standard_normal((2, PEOPLE, days // 7 + 2))
        for i in range(count):
            at = BEGUN + timedelta(days=days * i / count)
            who, what = int(chance.choice(PEOPLE, p=share[scanner - 1])), int(chance.integers(PROCEDURES))
            size, week = 0.2 * chance.standard_normal(), (at - BEGUN).days // 7
            changed = who == 0 and scanner in habit.scanners and (at - BEGUN).days >= begun_after
            log_ctdi = (
                2 + levels[scanner - 1, what, 0] + habits[0, who] + weeks[0, who, week] + 0.28 * noise[0, i] + size
            )
            log_length = 3.5 + levels[0, what, 1] + habits[1, who] + weeks[1, who, week] + 0.16 * noise[1, i]
            ctdi = math.exp(log_ctdi) * (habit.setting if changed else 1)
            length = math.exp(log_length) * (habit.length if changed else 1)
            weight = None if chance.random() < 0.25 else 75 * math.exp(size)
            made.append(NamedExam(i * 10 + scanner, at, scanner, f"procedure {what}", "adult", 32, weight, frozenset({who}),
                                  is_shared=False, dlp_mgy_cm=ctdi * length, ctdi_vol_mgy=ctdi))  # fmt: skip
    return made


def looks(made: list[NamedExam], days: int) -> Iterator[Look]:
    """The look of each week, from the first whole window on."""
    for until in range(DAYS, days + 1, 7):
        first, last = window_of((BEGUN + timedelta(days=until - 1)).date())
        yield look(made, "CT", first, last)


def found(seed: int, days: int, habit: Habit) -> list[tuple[date, str]]:
    """Each finding that a department had, with the day of the look that told it first."""
    made, past = exams(seed, days, habit), list[Look]()
    told: dict[str, date] = {}
    for now in looks(made, days):
        past.append(now)
        for one in on_period(past, SCANNERS):
            told.setdefault(f"{one.subject} {one.cause}", now.last)
    return [(day, what) for what, day in told.items()]


def delay(seed: int, habit: Habit, wanted: str) -> tuple[float, float, int]:
    """Days and the operator's exams until the finding of the planted habit, infinite without; and how many others there were."""
    days = STEP_AFTER + 140
    told = found(seed, days, habit)
    right = [day for day, what in told if what.startswith(f"person 0 {wanted}")]
    begun = BEGUN.date() + timedelta(days=STEP_AFTER)
    wrong = sum(not what.startswith("person 0 ") or day < begun for day, what in told)
    if not right or min(right) < begun:
        return math.inf, math.inf, wrong
    until = min(right)
    own = [one for one in exams(seed, days, Habit()) if 0 in one.operators and one.scanner in habit.scanners]
    return (until - begun).days + 1, sum(begun <= one.at.date() <= until for one in own), wrong


PLANTED = (
    ("range × 1.20 on both scanners", Habit(length=1.2), "scan_range"),
    ("setting × 1.30 on both scanners", Habit(setting=1.3), "ctdi_vol_mgy"),
    ("setting × 1.30 on one scanner", Habit(setting=1.3, scanners=(1,)), "ctdi_vol_mgy"),
    ("range × 1.30 on one scanner", Habit(length=1.3, scanners=(1,)), "scan_range"),
)


def quiet(runs: int, years: int = 1) -> tuple[int, int]:
    """Scanner-years without a habit that is told, and the findings that they had."""
    told = sum(len(found(1000 + seed, 365 * years, Habit())) for seed in range(runs))
    return len(SCANNERS) * runs * years, told


def table(runs: int) -> str:
    """Every figure as Markdown."""
    begun = time.process_time()
    scanner_years, false = quiet(runs)
    lines = [f"{false} findings in {scanner_years} quiet scanner-years.", ""]
    lines += [
        "| habit | found | days, median | 90 % | exams, median | other findings |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, habit, wanted in PLANTED:
        told = [delay(seed, habit, wanted) for seed in range(runs)]
        held = [one for one in told if one[0] < math.inf]
        days, own = ([one[at] for one in held] for at in (0, 1))
        figures = f"{np.median(days):.0f} | {np.quantile(days, 0.9):.0f} | {np.median(own):.0f}" if held else "| |"
        lines.append(f"| {name} | {len(held)} of {runs} | {figures} | {sum(one[2] for one in told)} |")
    lines += ["", f"{time.process_time() - begun:.0f} s of the processor."]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
