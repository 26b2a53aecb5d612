"""The rule `high-dose`: one exam far above others of its procedure, age band and size.

It says that an exam is unlike its peers, never that it exceeds a reference level: that is for groups (ICRP Publication
135).

Measured by simulation with a fixed seed (`tests/assess/test_high_dose.py`), doses lognormal, n earlier exams, no wild
ones; "expected x 3" is a dose of three times the true median, "own x 3" an ordinary dose tripled:

    log-SD    n   ordinary exams flagged   expected x 3 found   own x 3 found
    0.25     20   1 in 3,800               97.8 %               76 %
    0.25     50   1 in 2,800               99.9 %               81 %
    0.25    200   1 in 2,300               100 %                84 %
    0.15     20   under 1 in 100,000       100 %                96 %
    0.35     20   1 in 420                 56 %                 42 %
    0.35    100   1 in 920                 51 %                 47 %
    0.50     20   1 in 370                 8 %                  9 %
    0.70    100   1 in 2,200               0 %                  4 %
    with weights, slope 1, log-SD of weight 0.2 and 0.15 left at a size:
    0.15     20   under 1 in 100,000       99.2 %               94 %
    0.15    100   under 1 in 100,000       100 %                99.6 %
    the same doses with the weights unknown:
    0.15    100   1 in 3,300               89 %                 83 %

With a log-SD of 0.25 at a size no rule can flag under 1 in 2,000 ordinary exams and find more than 87 % of ordinary
doses tripled: log 3 is 4.4 standard deviations, of which 3.3 are spent. Where doses spread widely (interventions) only
far larger factors stand out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from doseloop.assess.robust_scale import Floats, qn_scale, t_quantile, theil_sen_slope
from doseloop.assess.rule_settings import bounded
from doseloop.model.flag import Finding
from doseloop.model.quantities import QUANTITIES, shown

RULE = "high-dose"
VERSION = "1"
QN_EFFICIENCY = 0.82


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

    min_n: int = bounded(
        20,
        10,
        200,
        "Earlier exams at least",
        "With fewer to compare with, nothing is said of an exam.",
        "exams",
        (30, 50),
    )
    last_n: int = bounded(
        200,
        20,
        200,
        "Earlier exams at most",
        "Only the latest so many of the procedure and age band are looked at.",
        "exams",
    )
    min_factor: float = bounded(
        2.0, 1.2, 10.0, "Least factor", "Nothing below so many times the expected median is flagged.", "times",
        (2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 5.0),
    )  # fmt: skip
    exams_a_false_flag: int = bounded(
        2200, 50, 1_000_000, "Ordinary exams for a false flag",
        "How many ordinary exams there may be for one beyond the threshold, if logarithms of doses are normal.", "exams",
        (5000, 20_000, 100_000),
    )  # fmt: skip
    usual_log_sd: float = 0.25
    """Our own assumption for the spread of one procedure's doses at one size, for small groups."""
    usual_weight: float = 40.0
    """How many exams that assumption weighs."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """Earlier exams as they would have been at one exam's size."""

    logs: Floats
    """Logarithms of their doses."""
    slope: float | None
    """Power of the weight that the dose goes with; None where size was not taken into account."""
    leverage: float
    """How much of the spread's square the slope's uncertainty adds at that size."""


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

    Logarithms of dose on logarithms of weight by Theil and Sen, the slope drawn towards 0 by its uncertainty; spread of
    what is left by Qn; threshold where a new value lies once in `exams_a_false_flag` exams, by Student's t with 0.82 (n -
    1) degrees of freedom (the efficiency of Qn), and never below `min_factor` times the expected median. Where the exam
    or too many of its peers lack a weight, size is left out and its spread widens the threshold.
    """
    peers = peers_at_size(exam, history, settings)
    if peers is None:
        return None
    return _expected(peers.logs, settings, peers.slope, peers.leverage)


def peers_at_size(
    exam: ExamDose, history: Sequence[PastExam], settings: HighDoseSettings = DEFAULT_SETTINGS
) -> Peers | None:
    """What earlier exams would have been at this one's size; None where fewer than `min_n` can be compared."""
    peers = _comparable(exam, history)
    with_weight = [one for one in peers if one.weight_kg]
    sized = bool(exam.weight_kg) and len(with_weight) >= settings.min_n
    used = (with_weight if sized else peers)[-settings.last_n :]
    if len(used) < settings.min_n or exam.value <= 0:
        return None
    logs = np.log([one.value for one in used])
    if not sized:
        return Peers(logs, None, 0.0)
    x = np.log([one.weight_kg or math.nan for one in used])
    slope = _shrunken_slope(x, logs)
    # A size beyond all that were seen is taken as the largest or smallest seen: the line is not trusted further.
    at = min(max(math.log(exam.weight_kg or math.nan), float(x.min())), float(x.max()))
    return Peers(logs - slope * (x - at), slope, _leverage(x, at))


def _comparable(exam: ExamDose, history: Sequence[PastExam]) -> list[PastExam]:
    needs_phantom = QUANTITIES[exam.quantity].needs_phantom
    return [one for one in history if one.value > 0 and (not needs_phantom or one.phantom_cm == exam.phantom_cm)]


def _shrunken_slope(x: Floats, y: Floats) -> float:
    """Theil and Sen's slope times 1 / (1 + SE²): a prior of 0 with a standard deviation of 1."""
    slope = theil_sen_slope(x, y)
    if slope is None:
        return 0.0
    around = float(np.sum((x - np.median(x)) ** 2))
    return slope / (1 + qn_scale(y - slope * x) ** 2 / around)


def _leverage(x: Floats, at: float) -> float:
    """How much of the spread's square the slope's uncertainty adds at `at`; 0 where all x are equal."""
    around = float(np.sum((x - np.mean(x)) ** 2))
    return (at - float(np.mean(x))) ** 2 / around if around > 0 else 0.0


def _expected(
    adjusted_logs: Floats, settings: HighDoseSettings, slope: float | None, leverage: float = 0.0
) -> Expectation:
    n = len(adjusted_logs)
    centre = float(np.median(adjusted_logs))
    log_sd, degrees = _steadied(qn_scale(adjusted_logs), QN_EFFICIENCY * (n - 1), settings)
    z = NormalDist().inv_cdf(1 - 1 / settings.exams_a_false_flag)
    # pi/2 is the variance of a median over that of a mean of normal values.
    reach = t_quantile(z, degrees) * log_sd * math.sqrt(1 + math.pi / 2 / n + leverage)
    threshold = math.exp(centre + max(reach, math.log(settings.min_factor)))
    return Expectation(math.exp(centre), threshold, n, log_sd, slope)


def _steadied(log_sd: float, degrees: float, settings: HighDoseSettings) -> tuple[float, float]:
    """The spread pooled with the usual one, and its degrees of freedom; on its own where it is clearly wider.

    Twenty exams alone tell their spread so badly that a threshold from them would miss every second threefold dose.
    """
    usual, weight = settings.usual_log_sd, settings.usual_weight
    if log_sd > 1.5 * usual:
        return log_sd, degrees
    pooled = (weight * usual**2 + degrees * log_sd**2) / (weight + degrees)
    return math.sqrt(pooled), weight + degrees


def _finding(exam: ExamDose, history: Sequence[PastExam], expected: Expectation) -> Finding:
    factor = exam.value / expected.median
    size = "at this weight" if expected.slope is not None else "of all sizes"
    symbol = QUANTITIES[exam.quantity].symbol
    value, median = shown(exam.quantity, exam.value), shown(exam.quantity, expected.median)
    sentence = (
        f"{symbol} {value} is {factor:.1f} times the {median} expected of {exam.procedure} in {exam.age_band} {size}, "
        f"from {expected.n} earlier exams (flagged above {shown(exam.quantity, expected.threshold)})."
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
