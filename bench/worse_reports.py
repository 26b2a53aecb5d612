"""False alarms and delays of the rule `worse-reports`: `python -m bench.worse_reports [YEARS]`.

A scanner's exams of each working day, with a field that stands in some of them: people take turns whose habits differ (log-odds
with an SD of 0.3 or 0.5 by the week), and days differ too (0.3). The seeds are fixed.
"""

import sys
from datetime import date, timedelta

import numpy as np

from doseloop.assess.worse_reports import FIELDS, FieldDay, fall_of

BEGUN = date(2025, 1, 6)
STEP_AFTER = 26 * 7
WATCHED = 12 * 7
"""Days after a fall in which it may be found."""


def made(seed: int, days: int, share: float, after: float, weekly: int, unlike: float = 0.3) -> list[FieldDay]:
    """Days of one field whose share changes after `STEP_AFTER` days; `unlike` is the SD of weeks."""
    chance = np.random.default_rng(seed)
    by_week = unlike * chance.standard_normal(days // 7 + 1)
    result = []
    for number in range(days):
        day = BEGUN + timedelta(days=number)
        if day.weekday() < 5:
            of = int(chance.poisson(weekly / 5))
            wanted = share if number < STEP_AFTER else after
            odds = np.log(wanted / (1 - wanted)) + by_week[number // 7] + 0.3 * chance.standard_normal()
            result.append(FieldDay(day, "weight", int(chance.binomial(of, 1 / (1 + np.exp(-odds)))), of))
    return result


def alarms(years: int, share: float, weekly: int, unlike: float) -> int:
    """Scanner-years of a field without a change in which a fall was told at any week; each after half a year of past."""
    quiet = (made(1000 + seed, 365 + STEP_AFTER, share, share, weekly, unlike) for seed in range(years))
    return sum(_first(days, 0) is not None for days in quiet)


def delays(years: int, share: float, after: float, weekly: int, unlike: float) -> list[int]:
    """Days until each fall was told that was found."""
    worse = (made(seed, STEP_AFTER + WATCHED, share, after, weekly, unlike) for seed in range(years))
    return [one for one in (_first(days, STEP_AFTER) for days in worse) if one is not None and one > 0]


def _first(days: list[FieldDay], begun: int) -> int | None:
    """Days from the beginning to the first week that tells a fall."""
    for until in range(6, (days[-1].day - BEGUN).days + 1, 7):
        if fall_of([one for one in days if (one.day - BEGUN).days <= until], BEGUN + timedelta(days=until)):
            return until + 1 - begun
    return None


FALLS = (
    (0.75, 0.5, 150, 0.3),
    (0.75, 0.5, 40, 0.3),
    (0.75, 0.5, 150, 0.5),
    (0.97, 0.7, 40, 0.3),
    (0.97, 0.02, 40, 0.3),
)
"""Share before and after, exams a week, and the SD of weeks."""


def table(years: int) -> str:
    """Every figure as Markdown."""
    lines = ["| stands in | exams a week | SD of weeks | false alarms of a field |", "| --- | --- | --- | --- |"]
    for share, weekly, unlike in ((0.75, 150, 0.3), (0.75, 40, 0.3), (0.75, 150, 0.5), (0.97, 40, 0.3)):
        lines.append(f"| {share:.0%} | {weekly} | {unlike} | {alarms(years, share, weekly, unlike)} of {years} years |")
    lines += [f"\n{len(FIELDS)} fields of a scanner are watched.\n"]
    lines += ["| from | to | exams a week | SD of weeks | found | days, median | 90 % |", "| --- " * 7 + "|"]
    for case in FALLS:
        days, (share, after, weekly, unlike) = delays(years, *case), case
        told = f"{np.median(days):.0f} | {np.quantile(days, 0.9):.0f}" if days else "|"
        lines.append(f"| {share:.0%} | {after:.0%} | {weekly} | {unlike} | {len(days)} of {years} | {told} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
