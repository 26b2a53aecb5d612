"""False alarms and delays of the rule `drift`, beside those of the best chart: `python -m bench.drift [SERIES]`.

Series as in life: log-SD 0.25 at a size, dose proportional to weight (log-SD 0.2), neighbouring exams correlate. The rule learns
what is usual from its first 100 exams on; the step comes after 500 exams. Beside it stands the CUSUM that knows everything but when
(level, slope, scatter, correlation and size of the step: allowance half the step, the likelihood ratio), its limit set so that it
has the same share of false alarms within the same 2,000 exams. The seeds are fixed.
"""

import math
import sys
from datetime import datetime, timedelta

import numpy as np
from scipy.signal import lfilter

from doseloop.assess.control_chart import first_alarm
from doseloop.assess.drift import DriftSeries, drift_of, on_period
from doseloop.assess.own_usual import SeriesExam, Unusual, unusual
from doseloop.assess.robust_scale import Floats

BEGUN = datetime(2024, 1, 1)
LEARNT, WATCHED, STEP_AT, LOG_SD = 100, 2000, 500, 0.25
AFTER = 500
"""Exams after a step in which it may be found."""


def correlated(chance: np.random.Generator, length: int, correlation: float) -> Floats:
    """Normal values of variance 1 whose neighbours correlate."""
    fresh = chance.standard_normal(length + 60)
    walk = lfilter([math.sqrt(1 - correlation**2)], [1, -correlation], fresh)
    return np.asarray(walk[60:], dtype=np.float64)


def exams(noise: Floats, chance: np.random.Generator, shift: Floats | float = 0.0) -> tuple[SeriesExam, ...]:
    """Exams two hours apart with these deviations in standard deviations, and a shift in logarithms."""
    sizes = 0.2 * chance.standard_normal(len(noise))
    logs = 6 + sizes + LOG_SD * noise + shift
    return tuple(
        SeriesExam(BEGUN + timedelta(hours=2 * i), math.exp(log), 75 * math.exp(size))
        for i, (log, size) in enumerate(zip(logs, sizes, strict=True))
    )


def stepped(length: int, factor: float) -> Floats:
    """A step by a factor after `STEP_AT` exams, as a shift of logarithms."""
    return np.where(np.arange(length) >= STEP_AT, math.log(factor), 0.0)


def false_share(correlation: float, series: int) -> float:
    """Share of series without any change that have an alarm within 2,000 exams after the first 100."""
    chance = np.random.default_rng(int(1000 * correlation) + 1)
    alarms = 0
    for _ in range(series):
        found = unusual(exams(correlated(chance, LEARNT + WATCHED, correlation), chance))
        alarms += found is not None and first_alarm([float(one) for one in found.fresh], found.known) is not None
    return alarms / series


def delays(correlation: float, factor: float, series: int) -> tuple[float, float, float]:
    """Median and mean delay of the rule in exams over series without an alarm before the step, and the share that is found."""
    chance = np.random.default_rng(int(1000 * correlation) + 2)
    length, found = STEP_AT + AFTER, []
    for _ in range(series):
        made = unusual(exams(correlated(chance, length, correlation), chance, stepped(length, factor)))
        alarm = None if made is None else first_alarm([float(one) for one in made.fresh], made.known)
        if alarm is None or alarm.at + LEARNT >= STEP_AT:
            found.append(math.inf if alarm is None else alarm.at + LEARNT - STEP_AT + 1)
    held = [one for one in found if one < math.inf]
    return float(np.median(found)), float(np.mean(held)), len(held) / len(found)


def optimal_delay(correlation: float, factor: float, share: float, series: int = 400) -> tuple[float, float]:
    """Median and mean delay of the CUSUM that knows everything, with two sides, at this share of false alarms in 2,000 exams."""
    chance = np.random.default_rng(3)
    # What a step is for values of which what the exam before told was taken out.
    step = abs(math.log(factor)) / LOG_SD * (1 - correlation) / math.sqrt(1 - correlation**2)
    quiet = chance.standard_normal((series, WATCHED))
    limit = float(np.quantile(np.maximum(_highest(quiet, step / 2), _highest(-quiet, step / 2)), 1 - share))
    sums, found = np.zeros(series), np.full(series, np.nan)
    for position in range(LEARNT + AFTER):
        is_after = position >= LEARNT
        sums = np.maximum(0, sums + chance.standard_normal(series) + is_after * step - step / 2)
        if not is_after:
            sums = np.where(sums > limit, 0, sums)
        found = np.where(is_after & (sums > limit) & np.isnan(found), position - LEARNT + 1, found)
    return float(np.nanmedian(found)), float(np.nanmean(found))


def _highest(values: Floats, allowance: float) -> Floats:
    sums, highest = np.zeros(len(values)), np.zeros(len(values))
    for column in values.T:
        sums = np.maximum(0, sums + column - allowance)
        highest = np.maximum(highest, sums)
    return highest


def scanner(factor: float, moved: int, seed: int, protocols: int = 5) -> tuple[DriftSeries, ...]:
    """A scanner of which some protocols step by a factor at exam 300."""
    chance = np.random.default_rng(seed)
    return tuple(
        DriftSeries(
            "scanner",
            "CT 1",
            f"protocol {number}",
            "dlp_mgy_cm",
            exams(
                correlated(chance, 450, 0.3),
                chance,
                np.where(np.arange(450) >= 300, math.log(factor) if number < moved else 0.0, 0.0),
            ),
        )
        for number in range(protocols)
    )


def causes(factor: float, moved: int, cases: int) -> str:
    """How many findings a scanner of five protocols has, and how many of them are the scanner's."""
    found = [on_period(scanner(factor, moved, seed)) for seed in range(cases)]
    one = np.mean([len(case) == 1 for case in found])
    wide = np.mean([any(each.cause.startswith("scanner") for each in case) for case in found])
    return f"| {moved} of 5 by {factor:.2f} | {wide:.0%} | {one:.0%} | {np.mean([len(case) for case in found]):.2f} |"


def dating(factor: float, series: int) -> str:
    """How far the dated beginning is from the true one, and how often the interval holds it."""
    errors, held = [], []
    for seed in range(series):
        chance = np.random.default_rng(seed)
        made = exams(correlated(chance, 800, 0.3), chance, stepped(800, factor))
        for one in on_period([DriftSeries("s", "CT", "p", "dlp_mgy_cm", made)]):
            drift = unusual(made)
            since = datetime.fromisoformat(one.cause.rpartition(" ")[2])
            errors.append(abs((since - made[STEP_AT].at) / timedelta(hours=2)))
            held.append(drift is not None and _holds(made, drift))
    return f"| {factor:.2f} | {np.median(errors):.0f} | {np.quantile(errors, 0.9):.0f} | {np.mean(held):.0%} |"


def _holds(made: tuple[SeriesExam, ...], past: Unusual) -> bool:
    found = drift_of(past.at, past.fresh, past.beyond, past.known)
    return found is not None and found.earliest <= made[STEP_AT].at <= found.latest


def main(series: int) -> None:
    """Print every table."""
    print(
        "| correlation | alarm within 2,000 exams without a change | exams for a false alarm |\n| --- | --- | --- |",
        flush=True,
    )
    shares = {}
    for correlation in (0.0, 0.3, 0.5):
        shares[correlation] = share = false_share(correlation, series)
        exams_each = -WATCHED / math.log1p(-share) if share else math.inf
        print(f"| {correlation} | {share:.1%} | {exams_each:,.0f} |", flush=True)
    print(
        "\n| correlation | step | median delay | best | mean | best | ratio of means | found in 500 |\n"
        + "| --- " * 8
        + "|"
    )
    for correlation in (0.0, 0.3):
        for factor in (1.15, 1.2, 1.3, 1.5, 0.8):
            median, mean, found = delays(correlation, factor, series // 2)
            best_median, best = optimal_delay(correlation, factor, max(shares[correlation], 0.01))
            cells = f"{median:.0f} | {best_median:.0f} | {mean:.1f} | {best:.1f} | {mean / best:.2f} | {found:.0%}"
            print(f"| {correlation} | {factor:.2f} | {cells} |", flush=True)
    print(
        "\n| step | median error of the date, exams | 90 % | interval holds it |\n| --- | --- | --- | --- |", flush=True
    )
    for factor in (1.2, 1.5):
        print(dating(factor, series // 3), flush=True)
    print("\n| protocols that moved | scanner's | one finding | findings |\n| --- | --- | --- | --- |", flush=True)
    for factor, moved in ((1.0, 0), (1.2, 5), (1.3, 5), (1.3, 1), (1.5, 1)):
        print(causes(factor, moved, max(series // 10, 5)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
