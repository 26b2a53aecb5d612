"""The rule `high-dose`: one exam far above others of its procedure, age band and size.

It says that an exam is unlike its peers, never that it exceeds a reference level: that is for groups (ICRP Publication
135).

Measured by simulation with a fixed seed (`python -m bench.single_exams`; some of it is held by `tests/assess/test_high_dose.py`), n
earlier exams; "expected x 3" is a dose of three times the true median at the exam's size, "own x 3" an ordinary dose tripled:

    doses at a size             n   ordinary exams flagged   expected x 3 found   own x 3 found
    log-SD 0.15               200   1 in 500,000             100 %                99.6 %
    log-SD 0.25                20   1 in 4,400               99.8 %               76 %
    log-SD 0.25               200   1 in 2,500               100 %                83 %
    log-SD 0.35                20   1 in 320                 81 %                 56 %
    log-SD 0.35               200   1 in 430                 98.8 %               61 %
    log-SD 0.5                200   1 in 2,500               0 %                  11 %
    0.25, tails (t, 5)        200   1 in 200                 100 %                91 %
    0.15, one in 12 x 1.9     200   1 in 215                 100 %                86 %
    0.25, one in 12 x 1.9     200   1 in 170                 99.6 %               66 %
    the lower of two scanners, the other at twice its dose, 0.25, 200 exams of both:
    pooled                    200   none                     0 %                  2 %
    told apart                 50   1 in 3,600               97 %                 77 %

With a log-SD of 0.25 at a size no rule can flag under 1 in 2,000 ordinary exams and find more than 87 % of ordinary
doses tripled: log 3 is 4.4 standard deviations, of which 3.3 are spent. Where doses spread widely (interventions) only
far larger factors stand out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.assess.exam_finding import finding_of
from doseloop.assess.group_words import group_said, size_left_out
from doseloop.assess.rule_settings import bounded
from doseloop.assess.size_group import Group, group_of
from doseloop.assess.size_limit import Limit, LimitSettings, limit_of
from doseloop.model.flag import Finding
from doseloop.model.quantities import QUANTITIES, shown

__all__ = ["DEFAULT_SETTINGS", "RULE", "VERSION", "ExamDose", "Expectation", "HighDoseSettings", "PastExam"]
__all__ += ["expectation", "on_exam"]
RULE: Final = "high-dose"
VERSION: Final = "2"


@dataclass(frozen=True, slots=True)
class HighDoseSettings(LimitSettings):
    """What a site may set."""

    min_factor: float = bounded(
        2.0, 1.2, 10.0, "Least factor", "Nothing below so many times the expected median is flagged.", "times",
        (2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 5.0),
    )  # fmt: skip
    sure_factor: float = bounded(
        2.7, 1.2, 20.0, "Sure factor",
        "Beyond so many times it everything is flagged, unless doses at a size scatter widely: there one ordinary exam in some "
        "hundred would be beyond it.", "times", (3.0, 3.5, 4.0, 5.0),
    )  # fmt: skip


DEFAULT_SETTINGS: Final = HighDoseSettings()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an exam of this size is expected to be, from n others."""

    median: float
    threshold: float
    n: int
    log_sd: float
    slope: float | None
    """Power of the weight that the dose goes with; None where size was not taken into account."""
    on_own_scanner: bool = False


def on_exam(
    exam: ExamDose, history: Sequence[PastExam], settings: HighDoseSettings = DEFAULT_SETTINGS
) -> Finding | None:
    """A finding where the exam is above its threshold; None where it is not, or fewer than `min_n` can be compared.

    `history` holds eligible, complete exams before this one, oldest first. See `expectation` for the computation.
    """
    group = group_of(exam, history, settings)
    if group is None or math.log(exam.value) <= group.median_between[0] + math.log(settings.min_factor):
        return None
    expected = _expected(group, settings)
    return _finding(exam, history, expected) if exam.value > expected.threshold else None


def expectation(
    exam: ExamDose, history: Sequence[PastExam], settings: HighDoseSettings = DEFAULT_SETTINGS
) -> Expectation | None:
    """The median and threshold for an exam like this; None where fewer than `min_n` others can be compared.

    Whom it is compared with and how sizes count: `size_group`. The threshold lies where a new value lies with probability
    `false_flags` (`size_limit`), never below `min_factor` times the expected median, and not above `sure_factor` times it where the
    spread is not wide. Where the exam or too many of its peers lack a weight, size is left out, its spread widens the
    threshold, and the finding says so.
    """
    group = group_of(exam, history, settings)
    return None if group is None else _expected(group, settings)


def _expected(group: Group, settings: HighDoseSettings) -> Expectation:
    peers = group.at_size()
    limit = limit_of(peers, "above", math.log(settings.min_factor), settings)
    threshold = math.exp(limit.centre + _reach(limit, settings))
    return Expectation(
        math.exp(limit.centre), threshold, len(peers.logs), limit.log_sd, peers.slope, peers.on_own_scanner
    )


def _reach(limit: Limit, settings: HighDoseSettings) -> float:
    if limit.is_wide:
        return limit.reach
    return min(limit.reach, math.log(max(settings.sure_factor, settings.min_factor)))


def _finding(exam: ExamDose, history: Sequence[PastExam], expected: Expectation) -> Finding:
    factor = exam.value / expected.median
    symbol = QUANTITIES[exam.quantity].symbol
    value, median = shown(exam.quantity, exam.value), shown(exam.quantity, expected.median)
    sentence = (
        f"{symbol} {value} is {factor:.1f} times the {median} expected of {exam.procedure} in {exam.age_band} "
        f"{group_said(expected.n, expected.slope, expected.on_own_scanner)} "
        f"(flagged above {shown(exam.quantity, expected.threshold)})."
    )
    not_seen = (
        "Indication and difficulty of the exam were not taken into account.",
        *size_left_out(exam, history, expected.slope),
    )
    return finding_of(exam, (RULE, VERSION), sentence, (expected.median, expected.threshold), expected.n, not_seen)
