"""Did an action work: the adjusted change of the dose since then, with an interval that holds at every look.

Of groups that were flagged by chance the next exams fall by themselves. So what raised the flag is no "before": exams from
`flagged_from` to `flagged_until` and single flagged exams are left out, on all scanners alike. "Before" are the exams since the
fault began (where that is dated), or all that the caller gives, up to the action, without those.

Logarithms of doses are fitted (`robust_fit`) by a level for each scanner and group (procedure or protocol, with age band), one
slope on the logarithm of weight, a step at the action on the scanner, and, where other scanners have the same groups, a step that
they all share: the change is what the scanner did beyond them (difference in differences). The interval is that of
`confidence_sequence`.

Verdicts, with the interval of the change and the change that was expected:

- worse: it lies wholly on the other side of no change, or wholly beyond 1.25 times the expected dose on the far side (a dose that
  fell far below what was meant may cost the diagnosis);
- not met: it excludes the expected change on the side of no change, also where the dose went the right way but not far enough;
- met: it excludes no change, and does not exclude the expected change;
- too early: it excludes neither;
- cannot tell: there are too few exams from before.

What it guarantees and what was measured stands in `docs/effect.md` and `bench/effect.py`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import numpy as np

from doseloop.assess.confidence_sequence import half_width
from doseloop.assess.robust_fit import RobustFit, robust_fit
from doseloop.assess.robust_scale import Floats

VERSION: Final = "1"
ALPHA: Final = 0.05
LEAST_BEFORE: Final = 20
LEAST_AFTER: Final = 10
LEAST_IN_GROUP: Final = 3
"""Exams of a scanner and group before the action; a group with fewer has no level of its own and is left out."""
LEAST_WITH_WEIGHT: Final = 0.8
"""Share of exams with a weight, before and after; with fewer, size is not taken into account."""
TOO_FAR: Final = 1.25
MOST_EXAMS: Final = 10_000

Verdict = Literal["met", "not met", "worse", "too early", "cannot tell"]


@dataclass(frozen=True, slots=True)
class DatedDose:
    """One exam's dose; all of one quantity, and of one phantom where the quantity needs one."""

    at: datetime
    value: float
    """In the quantity's own unit."""
    scanner: str
    group: str
    """Procedure or protocol with age band: exams that are compared with each other."""
    weight_kg: float | None = None
    raised_flag: bool = False
    """Whether this exam by itself raised the flag that led to the action."""


@dataclass(frozen=True, slots=True)
class Action:
    """What was changed where and when, and what was expected of it."""

    scanner: str
    at: datetime
    expected_change: float
    """As a fraction: -0.2 is a dose that falls by 20 %. Never 0 and above -1."""
    fault_from: datetime | None = None
    """When the fault began, where that is dated. Exams before it do not count."""
    flagged_from: datetime | None = None
    """First and last exam of the window that raised the flag; None where no window did."""
    flagged_until: datetime | None = None

    def __post_init__(self) -> None:
        if not (-1 < self.expected_change < math.inf) or self.expected_change == 0:
            raise ValueError(f"expected change {self.expected_change} is no change above -1")


@dataclass(frozen=True, slots=True)
class Effect:
    """What is known of an action's effect at one look. Changes are fractions; None is not known."""

    verdict: Verdict
    expected: float
    before: int
    """Exams of the scanner that count as before; `after` those since the action."""
    after: int
    change: float | None = None
    low: float | None = None
    high: float | None = None
    more_exams: int | None = None
    """Exams of the scanner that are still expected to be needed; None where told already, or where no number will do."""
    controls: tuple[str, ...] = ()
    """Other scanners that were compared with."""
    log_sd: float | None = None
    """What remains between exams of one scanner, group and weight."""
    correlation: float | None = None
    """Of neighbouring exams."""
    slope: float | None = None
    """Power of the weight that the dose goes with; None where size was not taken into account."""
    not_seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """The exams that are fitted, of the scanner and of its controls, in order of time."""

    doses: tuple[DatedDose, ...]
    controls: tuple[str, ...]
    sized: bool
    before: int
    after: int


def effect(action: Action, doses: Sequence[DatedDose], alpha: float = ALPHA) -> Effect:
    """The effect of an action by all exams up to now, in any order, of its own and of other scanners.

    Values and weights that are not positive numbers count as missing. Never raises for too few exams: it says so.
    """
    sample = sample_of(action, doses)
    not_seen = _not_seen(action, doses, sample)
    if sample.before < LEAST_BEFORE:
        return Effect("cannot tell", action.expected_change, sample.before, sample.after, not_seen=not_seen)
    fitted = _fitted(action, sample) if sample.after >= LEAST_AFTER else None
    if fitted is None:
        more = max(LEAST_AFTER - sample.after, 1)
        return Effect(
            "too early", action.expected_change, sample.before, sample.after, more_exams=more, not_seen=not_seen
        )
    return _told(action, sample, fitted, alpha, not_seen)


def _told(action: Action, sample: Sample, fitted: RobustFit, alpha: float, not_seen: tuple[str, ...]) -> Effect:
    estimate, variance = float(fitted.coefficients[0]), float(fitted.covariance[0, 0])
    aim = math.log1p(action.expected_change)
    reach = half_width(1 / variance, planned_information(aim), alpha)
    verdict = verdict_of(estimate - reach, estimate + reach, aim)
    return Effect(
        verdict=verdict,
        expected=action.expected_change,
        before=sample.before,
        after=sample.after,
        change=math.expm1(estimate),
        low=math.expm1(estimate - reach),
        high=math.expm1(estimate + reach),
        more_exams=_more_exams(action, sample, fitted, alpha) if verdict == "too early" else None,
        controls=sample.controls,
        log_sd=fitted.log_sd,
        correlation=fitted.correlation,
        slope=float(fitted.coefficients[1]) if sample.sized else None,
        not_seen=not_seen,
    )


def planned_information(aim: float) -> float:
    """Information at which a change of `aim` (logarithm) is about three standard errors: where the verdict falls as a rule."""
    return 9 / aim**2


def verdict_of(low: float, high: float, aim: float) -> Verdict:
    """The verdict by an interval of the change and the expected change, all as logarithms."""
    if aim > 0:
        low, high, aim = -high, -low, -aim
    if low > 0 or high < aim - math.log(TOO_FAR):
        return "worse"
    if low > aim:
        return "not met"
    return "met" if high < 0 else "too early"


def sample_of(action: Action, doses: Sequence[DatedDose]) -> Sample:
    """What counts of all exams; for pages that show which ones do."""
    usable = [one for one in doses if _is_known(one.value) and _counts(action, one)]
    before = Counter((one.scanner, one.group) for one in usable if one.at < action.at)
    groups = {group for (scanner, group), n in before.items() if scanner == action.scanner and n >= LEAST_IN_GROUP}
    usable = [one for one in usable if one.group in groups and before[one.scanner, one.group] >= LEAST_IN_GROUP]
    sized = _sizes_differ(usable) and all(
        _share_with_weight(action, usable, is_after) >= LEAST_WITH_WEIGHT for is_after in (False, True)
    )
    if sized:
        usable = [one for one in usable if _is_known(one.weight_kg)]
    controls = _controls(action, usable)
    kept = sorted((one for one in usable if one.scanner in {action.scanner, *controls}), key=lambda one: one.at)
    own = [one.at >= action.at for one in kept if one.scanner == action.scanner]
    return Sample(tuple(kept), controls, sized, len(own) - sum(own), sum(own))


def _is_known(number: float | None) -> bool:
    return number is not None and math.isfinite(number) and number > 0


def _counts(action: Action, one: DatedDose) -> bool:
    if one.at >= action.at:
        return True
    flagged_from, flagged_until = action.flagged_from, action.flagged_until or action.at
    in_window = flagged_from is not None and flagged_from <= one.at <= flagged_until
    is_older = action.fault_from is not None and one.at < action.fault_from
    return not (one.raised_flag or in_window or is_older)


def _share_with_weight(action: Action, doses: Sequence[DatedDose], is_after: bool) -> float:
    known = [_is_known(one.weight_kg) for one in doses if (one.at >= action.at) == is_after]
    return sum(known) / len(known) if known else 1.0


def _sizes_differ(doses: Sequence[DatedDose]) -> bool:
    known = [one.weight_kg for one in doses if one.weight_kg is not None and _is_known(one.weight_kg)]
    return bool(known) and max(known) > 1.1 * min(known)


def _controls(action: Action, doses: Sequence[DatedDose]) -> tuple[str, ...]:
    """Other scanners with enough exams before and since; a scanner that stands still is none."""
    before = Counter(one.scanner for one in doses if one.at < action.at)
    after = Counter(one.scanner for one in doses if one.at >= action.at)
    return tuple(
        sorted(
            name
            for name in before
            if name != action.scanner
            and before[name] >= LEAST_BEFORE
            and after[name] >= max(LEAST_AFTER, after[action.scanner] / 4)
        )
    )


def _fitted(action: Action, sample: Sample) -> RobustFit | None:
    """Columns: the action's step, then weight where it counts, the step that all share where there are controls, and levels."""
    own = np.array([one.scanner == action.scanner for one in sample.doses])
    since = np.array([one.at >= action.at for one in sample.doses])
    columns: list[Floats] = [np.asarray(own & since, dtype=np.float64)]
    if sample.sized:
        logs = np.log([one.weight_kg or math.nan for one in sample.doses])
        columns.append(logs - logs.mean())
    if sample.controls:
        columns.append(np.asarray(since, dtype=np.float64))
    cells = [(one.scanner, one.group) for one in sample.doses]
    columns += [np.array([cell == name for cell in cells], dtype=np.float64) for name in sorted(set(cells))]
    scanners = [action.scanner, *sample.controls]
    sequences = [np.array([i for i, one in enumerate(sample.doses) if one.scanner == name]) for name in scanners]
    return robust_fit(np.column_stack(columns), np.log([one.value for one in sample.doses]), sequences)


def _more_exams(action: Action, sample: Sample, fitted: RobustFit, alpha: float) -> int | None:
    """Until the interval is narrow enough to tell, if the estimate stays and exams go on coming as they came on all scanners."""
    aim, estimate = math.log1p(action.expected_change), float(fitted.coefficients[0])
    enough = min(max(abs(estimate), abs(aim - estimate)), abs(aim))
    variance = float(fitted.covariance[0, 0])
    of_before = variance * _share_of_before(action, sample)
    for total in range(sample.after + 1, MOST_EXAMS):
        expected = of_before + (variance - of_before) * sample.after / total
        if half_width(1 / expected, planned_information(aim), alpha) < enough:
            return total - sample.after
    return None


def _share_of_before(action: Action, sample: Sample) -> float:
    """Of the variance, what more exams after the action do not take away."""
    others_after = sum(one.at >= action.at for one in sample.doses if one.scanner != action.scanner)
    others_before = len(sample.doses) - sample.before - sample.after - others_after
    before, after = 1 / sample.before, 1 / sample.after
    if sample.controls:
        before, after = before + 1 / others_before, after + 1 / others_after
    return before / (before + after)


def _not_seen(action: Action, doses: Sequence[DatedDose], sample: Sample) -> tuple[str, ...]:
    sentences = ["Indication and difficulty of exams, and what else was changed on the scanner at about that time."]
    if not sample.controls:
        sentences.append(
            "No other scanner could be compared with: a change that all scanners had counts as the action's."
        )
    if not sample.sized:
        sentences.append("Size was not taken into account: too many exams have no weight, or all have the same.")
    left_out = len([one for one in doses if one.scanner == action.scanner]) - sample.before - sample.after
    if left_out:
        sentences.append(
            f"Exams of the scanner that were left out: {left_out}. They raised the flag, are older than the fault, lack a value or "
            "a weight, or have a group without enough exams before the action."
        )
    if sample.before < LEAST_BEFORE:
        sentences.append(f"Exams that count as before the action: {sample.before}; {LEAST_BEFORE} are needed.")
    return tuple(sentences)
