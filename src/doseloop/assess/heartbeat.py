"""The rule `silent-scanner`: nothing comes from a scanner in hours in which it usually works.

From the exams of its past weeks it takes how many a scanner has in each hour of the week as a rule. How long a silence is, is
counted in the exams that its usual hours would have brought: nights, Sundays and a weekly free afternoon bring none and count
as nothing. A silence is told where so many exams are missing that chance brings a pause as long once in `MONTHS_A_FALSE_ALARM`
months: if exams come independently of each other (a Poisson process), a pause of `x` expected exams or more follows an exam with
the probability exp(-x). Days differ more than that: where a day's rate is its usual one times a factor of its own, of mean 1 and
variance `v` (a gamma distribution), a day on which `x` exams are expected has none with the probability (1 + v x)^(-1/v). `v` is
taken from the daily counts by its moments. So a busy and even scanner is missed within hours, one with an exam a day within a
week or two.
The figures measured for it stand in `docs/rules.md`; `tests/assess/test_heartbeat.py` measures them again.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from doseloop.model.flag import Finding

RULE = "silent-scanner"
VERSION = "1"
HOURS = 168
WEEKS = 8
"""Weeks before the last exam that are looked at: longer ones blur a change of the timetable."""
LEAST_WEEKS, LEAST_EXAMS = 4.0, 20
"""Fewer tell no usual week. Our own lines."""
LEAST_SHARE = 0.2
"""An hour of the week is usual where the scanner had an exam in it or in the hours beside it in that share of the weeks or more."""
MONTHS_A_FALSE_ALARM = 24.0
_WEEKS_A_MONTH = 365.25 / 7 / 12
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class UsualWeek:
    """When a scanner works as a rule."""

    per_hour: tuple[float, ...]
    """Exams in each hour of the week from Monday 00:00; 0 in an hour in which it does not work as a rule."""
    weeks: float
    """Weeks that it was taken from."""
    exams: int
    """Exams in them."""
    day_variance: float = 0.0
    """Variance of a day's own factor, beyond what chance explains; 0 where days are as even as chance lets them be."""

    @property
    def per_week(self) -> float:
        """Exams that its usual hours bring in a week."""
        return sum(self.per_hour)

    @property
    def threshold(self) -> float:
        """The surprise from which silence is told: exams that must be missing where days are even."""
        return math.log(max(self.per_week * _WEEKS_A_MONTH * MONTHS_A_FALSE_ALARM, math.e))

    def hours_until_told(self) -> float:
        """Usual hours, of its average rate, after which silence is told."""
        days = sum(any(self.per_hour[24 * day : 24 * day + 24]) for day in range(7))
        hours, exams = sum(rate > 0 for rate in self.per_hour) / days, self.per_week / days
        whole, rest = divmod(self.threshold, _surprise(exams, self.day_variance))
        return hours * (whole + _exams_of(rest, self.day_variance) / exams)


@dataclass(frozen=True, slots=True)
class Silence:
    """How long nothing came, counted in what usually comes."""

    since: datetime
    """The last sign of life, wall clock."""
    missing: float
    """Exams that its usual hours since then bring as a rule."""
    usual_hours: float
    """Hours since then in which it usually works."""
    is_told: bool
    """Whether chance alone hardly explains it."""


def usual_week(starts: Iterable[datetime], now: datetime) -> UsualWeek | None:
    """The usual week of a scanner by the starts of its exams (naive, wall clock of the site, any order); None where there are
    fewer than `LEAST_EXAMS` over `LEAST_WEEKS`.

    The weeks end with the last exam, so that a long silence does not wipe out what was usual before it. A start after `now` is
    a wrong clock and counts as nothing.
    """
    known = sorted(start for start in starts if start <= now)
    if not known:
        return None
    begun = max(known[0], known[-1] - timedelta(weeks=WEEKS))
    counted = [start for start in known if start >= begun]
    weeks = (known[-1] - begun) / timedelta(weeks=1)
    if weeks < LEAST_WEEKS or len(counted) < LEAST_EXAMS:
        return None
    rates = _rates(counted, begun, weeks)
    return UsualWeek(rates, weeks, len(counted), _day_variance(counted, rates, weeks)) if any(rates) else None


def silence(usual: UsualWeek, since: datetime, now: datetime) -> Silence:
    """How the time since the last sign of life compares with the usual week. Both are naive wall clocks of the site; an hour
    that a change to or from summer time adds or takes is not accounted for."""
    if now <= since:
        return Silence(since, 0.0, 0.0, is_told=False)
    whole = (now - since) // timedelta(weeks=1)
    usual_hours = float(whole * sum(rate > 0 for rate in usual.per_hour))
    by_day = [sum(usual.per_hour[24 * day : 24 * day + 24]) for day in range(7)] * whole
    at, today = since + whole * timedelta(weeks=1), 0.0
    while at < now:
        until = min(at.replace(minute=0, second=0, microsecond=0) + _HOUR, now)
        rate = usual.per_hour[hour_of_week(at)]
        today += rate * ((until - at) / _HOUR)
        usual_hours += (until - at) / _HOUR if rate > 0 else 0.0
        if until.date() != at.date():
            by_day.append(today)
            today = 0.0
        at = until
    by_day.append(today)
    surprise = sum(_surprise(exams, usual.day_variance) for exams in by_day)
    return Silence(since, sum(by_day), usual_hours, is_told=surprise >= usual.threshold)


def on_scanner(subject: str, name: str, usual: UsualWeek, found: Silence) -> Finding | None:
    """A finding where a silence is told; one silence is one cause, whatever its length. None where it is not."""
    if not found.is_told:
        return None
    since = found.since
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=subject,
        cause=f"since {since:%Y-%m-%dT%H:%M}",
        sentence=(
            f"Nothing came from {name} since {since:%A} {since.day} {since:%B %Y}, {since:%H:%M}, in hours in which it usually "
            f"works: it has {usual.per_week:.0f} exams a week as a rule."
        ),
        n=usual.exams,
        not_seen=(
            "Holidays, planned service and lists that were cancelled.",
            "Whether the scanner stands still or only its dose reports do not come.",
        ),
    )


def hour_of_week(moment: datetime) -> int:
    """0 for Monday 00:00 to 00:59, 167 for Sunday 23:00."""
    return moment.weekday() * 24 + moment.hour


def _surprise(exams: float, variance: float) -> float:
    """How unlikely a day without any of these expected exams is: minus the logarithm of its probability."""
    return math.log1p(variance * exams) / variance if variance > 0 else exams


def _exams_of(surprise: float, variance: float) -> float:
    """The expected exams of a day without any that is as unlikely: `_surprise` backwards."""
    return math.expm1(variance * surprise) / variance if variance > 0 else surprise


def _day_variance(starts: Sequence[datetime], rates: Sequence[float], weeks: float) -> float:
    """By moments: what the squared distance of each whole day's count from its mean has beyond the mean, over the squared mean.
    The mean was taken from the same weeks, which makes the distance too small by one part in `weeks`."""
    counts = Counter(start.date() for start in starts if rates[hour_of_week(start)] > 0)
    first, last = starts[0].date(), starts[-1].date()
    days = [first + timedelta(days=step) for step in range(1, (last - first).days)]
    means = [sum(rates[24 * day.weekday() : 24 * day.weekday() + 24]) for day in days]
    beyond = sum(
        (counts[day] - mean) ** 2 * weeks / (weeks - 1) - mean
        for day, mean in zip(days, means, strict=True)
        if mean > 0
    )
    return max(0.0, beyond / sum(mean**2 for mean in means)) if any(means) else 0.0


def _rates(starts: Sequence[datetime], begun: datetime, weeks: float) -> tuple[float, ...]:
    counts = Counter(map(hour_of_week, starts))
    seen: dict[int, set[int]] = defaultdict(set)
    for start in starts:
        seen[hour_of_week(start)].add((start - begun) // timedelta(weeks=1))
    return tuple(counts[hour] / weeks if _is_usual(seen, hour, weeks) else 0.0 for hour in range(HOURS))


def _is_usual(seen: dict[int, set[int]], hour: int, weeks: float) -> bool:
    near = set().union(*(seen.get((hour + step) % HOURS, set()) for step in (-1, 0, 1)))
    return len(near) >= LEAST_SHARE * weeks and len(near) > 1
