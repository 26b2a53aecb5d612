"""The rule `high-dose`: one exam far above others of its procedure, age band and size.

It says that an exam is unlike its peers, never that it exceeds a reference level: that is for groups (ICRP Publication 135).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from doseloop.assess.robust_scale import Floats, qn_scale, t_quantile, theil_sen_slope
from doseloop.model.flag import Finding
from doseloop.model.quantities import QUANTITIES, shown

RULE = "high-dose"
VERSION = "1"


@dataclass(frozen=True, slots=True)
class PastExam:
    """What the rule needs of an exam; of the same procedure, age band and quantity as the one that is judged."""

    value: float
    """In the quantity's own unit."""
    weight_kg: float | None = None
    phantom_cm: int | None = None


@dataclass(frozen=True, slots=True)
class ExamDose:
    """The exam that is judged."""

    subject: str
    """Our key of the exam or part."""
    quantity: str
    value: float
    procedure: str
    """For the sentence, as shown."""
    age_band: str
    """For the sentence, as shown."""
    weight_kg: float | None = None
    phantom_cm: int | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class HighDoseSettings:
    """What a site may set."""

    min_n: int = 20
    last_n: int = 200
    """Only the latest so many are looked at."""
    min_factor: float = 2.0
    false_flags: float = 1 / 2500
    """Share of ordinary exams that may be beyond the threshold if logarithms of doses are normal."""


DEFAULT_SETTINGS = HighDoseSettings()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an exam of this size is expected to be, from n others."""

    median: float
    threshold: float
    n: int
    log_sd: float
    slope: float | None
    """Power of the weight that the dose goes with; None where size was not taken into account."""


def on_exam(
    exam: ExamDose, history: Sequence[PastExam], settings: HighDoseSettings = DEFAULT_SETTINGS
) -> Finding | None:
    """A finding where the exam is above its threshold; None where it is not, or fewer than `min_n` can be compared.

    `history` holds eligible, complete exams before this one, oldest first. See `expectation` for the computation.
    """
    expected = expectation(exam, history, settings)
    if expected is None or not exam.value > expected.threshold:
        return None
    return _finding(exam, history, expected)


def expectation(
    exam: ExamDose, history: Sequence[PastExam], settings: HighDoseSettings = DEFAULT_SETTINGS
) -> Expectation | None:
    """The median and threshold for an exam like this; None where fewer than `min_n` others can be compared.

    Logarithms of dose on logarithms of weight by Theil and Sen, the slope drawn towards 0 by its uncertainty; spread of what is
    left by Qn; threshold where a new value lies with probability `false_flags`, by Student's t with 0.82 (n - 1)
    degrees of freedom (the efficiency of Qn), and never below `min_factor` times the expected median. Where the exam or
    too many of its peers lack a weight, size is left out and its spread widens the threshold.
    """
    peers = _comparable(exam, history)
    with_weight = [one for one in peers if one.weight_kg]
    sized = bool(exam.weight_kg) and len(with_weight) >= settings.min_n
    used = (with_weight if sized else peers)[-settings.last_n :]
    if len(used) < settings.min_n or exam.value <= 0:
        return None
    logs = np.log([one.value for one in used])
    if not sized:
        return _expected(logs, settings, None)
    x = np.log([one.weight_kg or math.nan for one in used])
    slope = _shrunken_slope(x, logs)
    # A size beyond all that were seen is taken as the largest or smallest seen: the line is not trusted further.
    at = min(max(math.log(exam.weight_kg or math.nan), float(x.min())), float(x.max()))
    return _expected(logs - slope * (x - at), settings, slope)


def _comparable(exam: ExamDose, history: Sequence[PastExam]) -> list[PastExam]:
    needs_phantom = QUANTITIES[exam.quantity].needs_phantom
    return [one for one in history if one.value > 0 and (not needs_phantom or one.phantom_cm == exam.phantom_cm)]


def _shrunken_slope(x: Floats, y: Floats) -> float:
    """Theil and Sen's slope times 1 / (1 + SE²): a prior of 0 with a standard deviation of 1."""
    slope = theil_sen_slope(x, y)
    if slope is None:
        return 0.0
    around = float(np.sum((x - np.median(x)) ** 2))
    standard_error_squared = qn_scale(y - slope * x) ** 2 / around
    return slope / (1 + standard_error_squared)


def _expected(adjusted_logs: Floats, settings: HighDoseSettings, slope: float | None) -> Expectation:
    n = len(adjusted_logs)
    centre = float(np.median(adjusted_logs))
    log_sd = qn_scale(adjusted_logs)
    z = NormalDist().inv_cdf(1 - settings.false_flags)
    # pi/2 is the variance of a median over that of a mean of normal values.
    reach = t_quantile(z, 0.82 * (n - 1)) * log_sd * math.sqrt(1 + math.pi / 2 / n)
    threshold = math.exp(centre + max(reach, math.log(settings.min_factor)))
    return Expectation(math.exp(centre), threshold, n, log_sd, slope)


def _finding(exam: ExamDose, history: Sequence[PastExam], expected: Expectation) -> Finding:
    factor = exam.value / expected.median
    size = "at this weight" if expected.slope is not None else "of all sizes"
    symbol = QUANTITIES[exam.quantity].symbol
    sentence = (
        f"{symbol} {shown(exam.quantity, exam.value)} is {factor:.1f} times the {shown(exam.quantity, expected.median)} "
        f"expected of {exam.procedure} in {exam.age_band} {size}, from {expected.n} earlier exams "
        f"(flagged above {shown(exam.quantity, expected.threshold)})."
    )
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=exam.subject,
        cause=exam.quantity,
        sentence=sentence,
        quantity=exam.quantity,
        value=exam.value,
        expected=expected.median,
        threshold=expected.threshold,
        factor=factor,
        n=expected.n,
        not_seen=_not_seen(exam, history, expected),
        provisional=exam.provisional,
    )


def _not_seen(exam: ExamDose, history: Sequence[PastExam], expected: Expectation) -> tuple[str, ...]:
    sentences = ["Indication and difficulty of the exam were not taken into account."]
    if expected.slope is None and not exam.weight_kg:
        sentences.append("Size was not taken into account: the exam has no weight.")
    elif expected.slope is None:
        missing = sum(not one.weight_kg for one in history)
        sentences.append(f"Size was not taken into account: {missing} of {len(history)} earlier exams have no weight.")
    if QUANTITIES[exam.quantity].needs_phantom and exam.phantom_cm is None:
        sentences.append("The CTDI phantom is not known; the exam was compared only with others of unknown phantom.")
    return tuple(sentences)
