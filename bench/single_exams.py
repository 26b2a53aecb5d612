"""How many far too high and far too low doses the rules about single exams find, and how many ordinary exams they flag.

    python -m bench.single_exams [GROUPS]

Doses at a size are drawn around a median: lognormal ("normal"), with Student's t of 5 degrees in the logarithm ("tails"), or with
one exam in twelve of a second phase of 0.9 times the dose ("phases"). Two scanners: the lower at half the other's dose, three
in four exams on the higher.
"""

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from doseloop.assess import high_dose, low_dose
from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.assess.robust_scale import Floats

SEED, FRESH, MEDIAN = 20261128, 4000, 400.0
_EXAM = ExamDose("exam", "dlp_mgy_cm", MEDIAN, "CT", "adults", None, 32)
Draw = Callable[[np.random.Generator, int], Floats]


@dataclass(frozen=True, slots=True)
class Shares:
    """Of ordinary exams flagged; of expected doses times a factor found; of ordinary doses times it found."""

    false: float
    expected: float
    own: float


def normal(log_sd: float) -> Draw:
    """Lognormal doses."""
    return lambda chance, n: log_sd * chance.standard_normal(n)


def tails(log_sd: float) -> Draw:
    """Doses with tails on both sides, of that standard deviation."""
    return lambda chance, n: log_sd * chance.standard_t(5, n) / math.sqrt(5 / 3)


def phases(log_sd: float) -> Draw:
    """One exam in twelve has a second phase."""
    return lambda chance, n: log_sd * chance.standard_normal(n) + math.log(1.9) * (chance.random(n) < 1 / 12)


def high(draw: Draw, n: int, groups: int) -> Shares:
    """Of the rule `high-dose`, at a factor of 3."""
    return _shares(draw, n, groups, math.log(3), _reach_above)


def low(draw: Draw, n: int, groups: int) -> Shares:
    """Of the rule `low-dose`, at a factor of 1/4; as if below were above."""
    return _shares(lambda chance, count: -draw(chance, count), n, groups, math.log(4), _reach_below)


def _shares(draw: Draw, n: int, groups: int, shift: float, reach_of: Callable[[Floats], float]) -> Shares:
    chance = np.random.default_rng(SEED)
    false = expected = own = 0.0
    for _ in range(groups):
        reach, fresh = reach_of(draw(chance, n)), draw(chance, FRESH)
        false += float(np.mean(fresh > reach))
        expected += reach < shift
        own += float(np.mean(fresh + shift > reach))
    return Shares(false / groups, expected / groups, own / groups)


def _reach_above(logs: Floats) -> float:
    expected = high_dose.expectation(_EXAM, [PastExam(float(one), None, 32) for one in MEDIAN * np.exp(logs)])
    assert expected is not None
    return math.log(expected.threshold / MEDIAN)


def _reach_below(logs: Floats) -> float:
    """How far below the median the rule's threshold lies; the rule tells it with a finding."""
    past = [PastExam(float(one), None, 32) for one in MEDIAN * np.exp(-logs)]
    found = low_dose.on_exam(replace(_EXAM, value=1e-6), past)
    assert found is not None
    assert found.threshold is not None
    return -math.log(found.threshold / MEDIAN)


def two_scanners(n: int, groups: int, *, told_apart: bool) -> Shares:
    """Threefold doses on the lower of two scanners, with and without telling them apart."""
    chance = np.random.default_rng(SEED)
    false = expected = own = 0.0
    for _ in range(groups):
        scanners = np.where(chance.random(n) < 0.75, 1, 2)
        logs = 0.25 * chance.standard_normal(n) + np.where(scanners == 2, -math.log(2), 0.0)
        past = [
            PastExam(float(dose), None, 32, int(on) if told_apart else None)
            for dose, on in zip(MEDIAN * np.exp(logs), scanners, strict=True)
        ]
        found = high_dose.expectation(replace(_EXAM, scanner=2), past)
        assert found is not None
        reach = math.log(found.threshold / (MEDIAN / 2))
        fresh = 0.25 * chance.standard_normal(FRESH)
        false += float(np.mean(fresh > reach))
        expected += reach < math.log(3)
        own += float(np.mean(fresh + math.log(3) > reach))
    return Shares(false / groups, expected / groups, own / groups)


def _rows(groups: int) -> Iterator[str]:
    for rule, found in (("high-dose, x 3", high), ("low-dose, / 4", low)):
        yield f"{rule:<24}  n    ordinary flagged    expected found   own found"
        for name, shape in (("normal", normal), ("tails", tails), ("phases", phases)):
            for log_sd in (0.15, 0.25, 0.35, 0.5):
                for n in (20, 50, 200):
                    yield _row(f"{name} {log_sd}", n, found(shape(log_sd), n, groups))
    yield "high-dose of two scanners"
    yield _row("pooled", 200, two_scanners(200, groups, told_apart=False))
    yield _row("told apart", 200, two_scanners(200, groups, told_apart=True))


def _row(name: str, n: int, one: Shares) -> str:
    false = f"1 in {1 / one.false:,.0f}" if one.false > 0 else f"none of {FRESH:,} each"
    return f"{name:<22} {n:>4}  {false:>18}  {100 * one.expected:>13.1f} %  {100 * one.own:>9.1f} %"


def main(groups: int) -> None:
    """Print the table."""
    for line in _rows(groups):
        print(line, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
