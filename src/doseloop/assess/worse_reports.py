"""The rule `worse-reports`: what stood in most reports of a scanner stands in clearly fewer of them since a day or an update.

Weeks are looked at one after the other. The last one, two, four and eight weeks are held against the 26 weeks before them. It is
told where the field stood in half of the exams or more, fell by 15 percentage points or more, and the fall is beyond what the weeks
before differ by themselves. That is measured, not assumed: weights are typed by people who take turns, so that weeks differ by more
than chance. The weeks' log-odds are compared by Student's t with the spread of the weeks before, which is at least that of chance.
The error of 5 % in a scanner's year is divided equally over weeks, fields and windows (Bonferroni).

What was told stands until the share of four weeks comes back to within 5 points, and what was usual is not taken anew meanwhile.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from doseloop.model.flag import Finding

RULE: Final = "worse-reports"
VERSION: Final = "1"
FIELDS: Final[Mapping[str, str]] = {
    "weight": "the patient’s weight",
    "height": "the patient’s height",
    "operator": "an operator’s name",
    "protocol": "the name of the protocol",
    "technique": "tube voltage, current and time of every exposure",
}
LEAST_SHARE: Final = 0.5
LEAST_FALL: Final = 0.15
BACK_WITHIN: Final = 0.05
BEFORE_WEEKS: Final = 26
LEAST_WEEKS: Final = 8
"""With exams, before the weeks that are tested."""
LEAST_BEFORE: Final = 100
LEAST_TESTED: Final = 20
WINDOWS: Final = (1, 2, 4, 8)
"""Weeks that are tested."""
ERROR_IN_A_YEAR: Final = 0.05
NEAR: Final = timedelta(days=7)
"""How near to the day of the fall a software version began that is named with it."""
LEAST_IN_WEEK: Final = 5
"""Exams of a week whose odds count."""

DAYS: Final = 2 * 365
"""That are looked at."""
_LATE: Final = timedelta(days=2)
"""Reports come late: a day is counted when it is over for another."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FieldDay:
    """Exams of a scanner on one day: how many have a field, of how many that could."""

    day: date
    field: str
    n: int
    of: int


@dataclass(frozen=True, slots=True)
class Fall:
    """A field that is missing more often than it was."""

    field: str
    since: date
    """The most likely day."""
    told: date
    """Last day of the week that told it."""
    before: float
    after: float
    """Shares of the weeks before, and of the weeks that told it."""
    exams_before: int
    exams_after: int


def last_day(today: date) -> date:
    """The last day that is counted on a day."""
    return today - _LATE


def on_period(
    scanner: int, name: str, days: Sequence[FieldDay], versions: Mapping[str, date], until: date
) -> tuple[Finding, ...]:
    """What stands of a scanner, by the whole weeks until a day. `versions` are first days of software versions."""
    found = (fall_of([one for one in days if one.field == field], until) for field in FIELDS)
    return tuple(_finding(scanner, name, one, versions) for one in found if one is not None)


def fall_of(days: Sequence[FieldDay], until: date) -> Fall | None:
    """The fall of one field that stands now; None where none does. Days are of one field."""
    if not days:
        return None
    first = min(one.day for one in days)
    first -= timedelta(days=first.weekday())
    weeks = ((until + timedelta(days=1)) - first).days // 7
    counts = np.zeros((2, max(weeks, 0)))
    for one in days:
        if (week := (one.day - first).days // 7) < weeks:
            counts[:, week] += one.n, one.of
    standing: Fall | None = None
    for week in range(weeks):
        if standing is None:
            standing = _fall(days, counts, week, first)
        elif _is_back(counts, week, standing):
            standing = None
    return standing


def _fall(days: Sequence[FieldDay], counts: Floats, week: int, first: date) -> Fall | None:
    for window in WINDOWS:
        start = week + 1 - window
        begun = max(0, start - BEFORE_WEEKS)
        if start <= begun:
            continue
        before, tested = counts[:, begun:start], counts[:, start : week + 1]
        if _is_clear(before, tested):
            told = first + timedelta(days=7 * week + 6)
            since = _day_of(days, first + timedelta(days=7 * begun), told)
            (n, of), (n_tested, of_tested) = before.sum(axis=1), tested.sum(axis=1)
            field = days[0].field
            return Fall(field, since, told, float(n / of), float(n_tested / of_tested), int(of), int(of_tested))
    return None


def _is_clear(before: Floats, tested: Floats) -> bool:
    """Whether the share fell by enough, and by more than the weeks before let expect."""
    (n, of), (n_tested, of_tested) = before.sum(axis=1), tested.sum(axis=1)
    usual, now = (one[:, one[1] >= LEAST_IN_WEEK] for one in (before, tested))
    weeks = usual.shape[1]
    if weeks < LEAST_WEEKS or of < LEAST_BEFORE or of_tested < LEAST_TESTED or not now.size:
        return False
    if n / of < LEAST_SHARE or n / of - n_tested / of_tested < LEAST_FALL:
        return False
    odds, by_chance = _log_odds(usual)
    spread = math.sqrt(max(float(np.var(odds, ddof=1)), float(by_chance.mean())))
    error = spread * math.sqrt(1 / weeks + 1 / now.shape[1])
    alpha = ERROR_IN_A_YEAR / 52 / len(FIELDS) / len(WINDOWS)
    return bool((odds.mean() - _log_odds(now)[0].mean()) / error > t.isf(alpha, weeks - 1))


def _log_odds(counts: Floats) -> tuple[Floats, Floats]:
    """The logarithm of the odds of each week, and its variance by chance alone (Haldane 1956, Ann. Hum. Genet. 20:309)."""
    has, lacks = counts[0] + 0.5, counts[1] - counts[0] + 0.5
    return np.log(has / lacks), 1 / has + 1 / lacks


def _is_back(counts: Floats, week: int, fall: Fall) -> bool:
    n, of = counts[:, max(0, week - 3) : week + 1].sum(axis=1)
    return bool(of >= LEAST_TESTED and n / of >= fall.before - BACK_WITHIN)


def _day_of(days: Sequence[FieldDay], first: date, last: date) -> date:
    """The day from which on one lower share explains the days best."""
    within = sorted((one for one in days if first <= one.day <= last and one.of), key=lambda one: one.day)
    n, of = (np.cumsum([getattr(one, name) for one in within], dtype=float) for name in ("n", "of"))
    best, since = -math.inf, within[-1].day
    for at in range(1, len(within)):
        n_before, of_before = n[at - 1], of[at - 1]
        n_after, of_after = n[-1] - n_before, of[-1] - of_before
        if n_after / of_after < n_before / of_before:
            height = _likelihood(n_before, of_before) + _likelihood(n_after, of_after)
            if height > best:
                best, since = height, within[at].day
    return since


def _likelihood(n: float, of: float) -> float:
    return sum(count * math.log(count / of) for count in (n, of - n) if count > 0)


def _versions_near(since: date, versions: Mapping[str, date]) -> Iterator[tuple[timedelta, str]]:
    yield from ((abs(first - since), name) for name, first in versions.items() if name and abs(first - since) <= NEAR)


def _finding(scanner: int, name: str, fall: Fall, versions: Mapping[str, date]) -> Finding:
    # The first version that was ever seen came with no update.
    later = {version: first for version, first in versions.items() if first > min(versions.values())}
    _, version = min(_versions_near(fall.since, later), default=(NEAR, ""))
    came_with = f", as software {version} came on {_day(later[version])}" if version else ""
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=f"scanner {scanner}",
        cause=f"{fall.field} since {version or f'{fall.since:%Y-%m}'}",
        sentence=(
            f"On {name}, {FIELDS[fall.field]} stood in {fall.before:.0%} of {fall.exams_before} exams and stands in "
            f"{fall.after:.0%} of {fall.exams_after}, since about {_day(fall.since)}{came_with}."
        ),
        n=fall.exams_after,
        not_seen=(
            "Whether the scanner, its worklist or the people at it leave it out.",
            "Falls by less than 15 percentage points, and fields that stood in fewer than half of the exams.",
        ),
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
