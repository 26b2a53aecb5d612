"""The rule `low-dose`: one complete exam far below others of its procedure, age band and size.

A dose that is too low to show what was asked for is one that was given for nothing; or the exam is under a wrong procedure, or part
of it did not come. It is judged once the study has been quiet, since reports come cumulatively: an exam that is still arriving is
below its group by nature.

Measured by simulation with a fixed seed (`python -m bench.single_exams`), n earlier exams; "expected / 4" is a dose of a quarter of
the true median at the exam's size:

    doses at a size             n   ordinary exams flagged   expected / 4 found   own / 4 found
    log-SD 0.25                20   1 in 74,000              100 %                87 %
    log-SD 0.25               200   1 in 143,000             100 %                87 %
    log-SD 0.35               200   1 in 1,700               99.6 %               75 %
    log-SD 0.5                200   1 in 2,600               0 %                  26 %
    0.25, tails (t, 5)        200   1 in 810                 100 %                90 %
"""

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.assess.exam_finding import finding_of
from doseloop.assess.group_words import group_said, size_left_out
from doseloop.assess.rule_settings import bounded
from doseloop.assess.size_group import Group, group_of
from doseloop.assess.size_limit import LimitSettings, limit_of
from doseloop.model.flag import Finding
from doseloop.model.quantities import QUANTITIES, shown

RULE: Final = "low-dose"
VERSION: Final = "1"
_FEW_EVENTS: Final = 0.7
"""Of the median number of events of the group: an exam with fewer may have been stopped, or lacks an object."""


@dataclass(frozen=True, slots=True)
class LowDoseSettings(LimitSettings):
    """What a site may set."""

    max_share: float = bounded(
        1 / 3, 0.05, 0.7, "Largest share", "Nothing above this share of the expected median is flagged.",
        "of what is expected", (0.25, 0.2, 0.15, 0.1),
    )  # fmt: skip


DEFAULT_SETTINGS: Final = LowDoseSettings()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an exam of this size is expected to be, from others."""

    median: float
    threshold: float
    slope: float | None
    """Power of the weight that the dose goes with; None where size was not taken into account."""


def on_exam(
    exam: ExamDose, history: Sequence[PastExam], settings: LowDoseSettings = DEFAULT_SETTINGS
) -> Finding | None:
    """A finding where a complete exam is below its threshold; None of a provisional one, where it is not below, or fewer than
    `min_n` can be compared. `history` holds eligible, complete exams before this one, oldest first.

    The threshold lies where a new value lies with probability `false_flags` (`size_limit`), never above `max_share` of the median
    that is expected at the exam's size.
    """
    group = None if exam.provisional else group_of(exam, history, settings)
    if group is None or math.log(exam.value) >= group.median_between[1] + math.log(settings.max_share):
        return None
    peers = group.at_size()
    limit = limit_of(peers, "below", -math.log(settings.max_share), settings)
    expected = Expectation(math.exp(limit.centre), math.exp(limit.centre - limit.reach), peers.slope)
    return _finding(exam, history, group, expected) if exam.value < expected.threshold else None


def _finding(exam: ExamDose, history: Sequence[PastExam], group: Group, expected: Expectation) -> Finding:
    symbol, factor, n = QUANTITIES[exam.quantity].symbol, exam.value / expected.median, len(group.exams)
    sentence = (
        f"{symbol} {shown(exam.quantity, exam.value)} is {_percent(factor)} of the {shown(exam.quantity, expected.median)} "
        f"expected of {exam.procedure} in {exam.age_band} {group_said(n, expected.slope, group.on_own_scanner)} "
        f"(flagged below {shown(exam.quantity, expected.threshold)})."
    )
    not_seen = (*_not_seen(exam, group), *size_left_out(exam, history, expected.slope))
    return finding_of(exam, (RULE, VERSION), sentence, (expected.median, expected.threshold), n, not_seen)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"


def _not_seen(exam: ExamDose, group: Group) -> Iterator[str]:
    yield "Whether the images answer what was asked for was not taken into account."
    known = [one.events for one in group.exams if one.events is not None]
    usual = statistics.median(known) if known else None
    if usual is not None and exam.events is not None and exam.events < _FEW_EVENTS * usual:
        events = "1 event" if exam.events == 1 else f"{exam.events} events"
        yield f"It has {events} where others have {usual:g}: it may have been stopped, or an object of it did not come."
    else:
        yield "Whether it was stopped early, or only part of the usual range was asked for, is not known."
