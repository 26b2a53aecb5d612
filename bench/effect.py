"""How often an effect is told that is none, and how soon one that is: `python -m bench.effect [CASES]`.

Simulated departments: logarithms of doses have a standard deviation of 0.20 or 0.25 at a size, neighbouring exams of a scanner
correlate with 0.3 (first-order autoregression), dose is proportional to weight (log-SD 0.2), and the case mix of two groups shifts
at the action. The scanner has 100 exams before; the last 20 of them raised the flag. Where it was flagged by chance, the case was
chosen because their mean was 10 % or more above what is true. Somebody looks every 10 exams up to 300; what is counted is whether
a verdict was EVER told at a look. The seeds are fixed.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from doseloop.assess.effect import Action, DatedDose, Effect, effect
from doseloop.assess.robust_scale import Floats

BEGUN = datetime(2026, 1, 5)
BEFORE, WINDOW, LAST, STEP = 100, 20, 300, 10
CORRELATION = 0.3
LIMIT = 0.05
"""Of cases without a change, the most in which the fall may be called met at any look."""
CHANCE_FLAG = math.log(1.10)


@dataclass(frozen=True)
class Department:
    """What is simulated."""

    name: str
    change: float = 0.0
    log_sd: float = 0.25
    controls: int = 0
    flagged_by_chance: bool = False
    common_change: float = 0.0
    """Of all scanners at the time of the action."""
    expected: float = -0.2

    def doses(self, seed: int) -> tuple[Action, list[DatedDose]]:
        """An action and all exams of its scanner and of the controls, in order of time on each scanner."""
        chance = np.random.default_rng(seed)
        action = Action(
            scanner="A",
            at=_at(BEFORE),
            expected_change=self.expected,
            flagged_from=_at(BEFORE - WINDOW),
            flagged_until=_at(BEFORE - 1),
        )
        found = []
        for scanner in "ABCDE"[: 1 + self.controls]:
            noise = self._noise(chance, scanner == "A" and self.flagged_by_chance)
            found += self._scanner(chance, scanner, noise)
        return action, found

    def _noise(self, chance: np.random.Generator, is_chosen: bool) -> Floats:
        while True:
            noise = self.log_sd * autoregression(chance, BEFORE + LAST)
            if not is_chosen or np.mean(noise[BEFORE - WINDOW : BEFORE]) > CHANCE_FLAG:
                return noise

    def _scanner(self, chance: np.random.Generator, scanner: str, noise: Floats) -> list[DatedDose]:
        found = []
        for position, rest in enumerate(noise):
            is_after = position >= BEFORE
            group = "head" if chance.random() < (0.5 if is_after else 0.3) else "trunk"
            weight = 75 * math.exp(0.2 * chance.standard_normal())
            log = (5.0 if group == "head" else 6.0) + math.log(weight / 75) + rest
            log += is_after * (math.log1p(self.common_change) + math.log1p(self.change if scanner == "A" else 0.0))
            found.append(DatedDose(_at(position), math.exp(log), scanner, group, weight))
        return found


DEPARTMENTS = (
    Department("no change"),
    Department("no change", log_sd=0.20),
    Department("no change, flagged by chance", flagged_by_chance=True),
    Department("no change, flagged by chance", log_sd=0.20, flagged_by_chance=True),
    Department("no change, flagged by chance, 2 controls", flagged_by_chance=True, controls=2),
    Department("all scanners fall by 10 %", common_change=-0.1),
    Department("all scanners fall by 10 %, 2 controls", common_change=-0.1, controls=2),
    Department("falls by 20 %", change=-0.2),
    Department("falls by 20 %", change=-0.2, log_sd=0.20),
    Department("falls by 20 %, 2 controls", change=-0.2, controls=2),
    Department("falls by 50 %, 20 % meant", change=-0.5),
    Department("rises by 20 %", change=0.2),
)


def autoregression(chance: np.random.Generator, length: int, correlation: float = CORRELATION) -> Floats:
    """Normal values of variance 1 of which neighbours correlate."""
    fresh = chance.standard_normal(length)
    found = np.empty(length)
    found[0] = fresh[0]
    for position in range(1, length):
        found[position] = correlation * found[position - 1] + math.sqrt(1 - correlation**2) * fresh[position]
    return found


def looks(department: Department, seed: int, step: int = STEP) -> list[Effect]:
    """What is told every `step` exams."""
    action, doses = department.doses(seed)
    ends = range(BEFORE + step, BEFORE + LAST + 1, step)
    return [effect(action, [one for one in doses if one.at < _at(end)]) for end in ends]


def naive_is_met(department: Department, seed: int) -> bool:
    """Whether somebody who takes the flagged window as before, and a 95 % interval for one look, is ever told a fall."""
    _, doses = department.doses(seed)
    logs = np.log(
        [
            one.value / (one.weight_kg or 1) * (math.e if one.group == "head" else 1)
            for one in doses
            if one.scanner == "A"
        ]
    )
    before = logs[BEFORE - WINDOW : BEFORE]
    for end in range(BEFORE + STEP, BEFORE + LAST + 1, STEP):
        after = logs[BEFORE:end]
        error = math.sqrt(before.var(ddof=1) / len(before) + after.var(ddof=1) / len(after))
        if after.mean() - before.mean() + 1.96 * error < 0:
            return True
    return False


def first(told: Sequence[Effect], verdict: str) -> float:
    """Exams after the action at which a verdict is told for the first time; infinite where it never is."""
    return next((float(one.after) for one in told if one.verdict == verdict), math.inf)


def row(department: Department, cases: int) -> str:
    """One row of the table; where nothing changed, with whether the limit is held."""
    told = [looks(department, seed) for seed in range(cases)]
    ever = {name: np.array([first(one, name) for one in told]) for name in ("met", "not met", "worse")}
    shares = " | ".join(f"{np.mean(np.isfinite(ever[name])):.1%}" for name in ever)
    truth = math.log1p(department.change) + (0 if department.controls else math.log1p(department.common_change))
    held = np.mean([all(_holds(one, truth) for one in case) for case in told])
    naive = np.mean([naive_is_met(department, seed) for seed in range(cases)])
    when = ever["met"] if department.change == -0.2 else ever["worse" if department.change else "not met"]
    half, most = np.quantile(when, [0.5, 0.9], method="inverted_cdf")
    is_quiet = department.change == 0 == department.common_change
    limit = "–" if not is_quiet else "held" if np.mean(np.isfinite(ever["met"])) <= LIMIT else "NOT HELD"
    ends = f"{held:.1%} | {naive:.1%} | {half:.0f} | {most:.0f} | {limit}"
    return f"| {department.name} | {department.log_sd:.2f} | {shares} | {ends} |"


def _holds(one: Effect, truth: float) -> bool:
    return one.low is None or one.high is None or math.log1p(one.low) <= truth <= math.log1p(one.high)


def _at(position: int) -> datetime:
    return BEGUN + timedelta(hours=position)


def main(cases: int) -> None:
    """Print a row for each department, and whether the limit is held."""
    print(f"{cases} cases each, a look every {STEP} exams up to {LAST}; limit: met at most 5 % where nothing changed")
    print(
        "| department | log-SD | met | not met | worse | truth inside at all looks | naive met | median | 90 % | limit |"
    )
    print("| --- " * 10 + "|")
    for department in DEPARTMENTS:
        print(row(department, cases), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
