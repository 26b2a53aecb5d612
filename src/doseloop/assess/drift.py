"""The rule `drift`: the dose of a protocol on a scanner left what was usual at the patients' sizes, and stayed away.

Each series (one scanner, protocol and quantity) has charts (`control_chart`) of what is unusual about its exams (`own_usual`).
All series of a scanner together have one more, so that an output that drifts is one finding, not one for each protocol: it is the
scanner's where two thirds or more of the protocols that can be told moved with it. Their own alarms of that time are then left out,
except where a protocol moved clearly otherwise. The first alarm of a chart stands; what comes later does not change it. After
somebody looked, the series is given anew from the day on which the new usual began.

In control, by simulation (`docs/drift.md`; 200 series each, the usual from their own first exams, log-SD 0.25, weights):

    correlation of neighbours   alarm within 2,000 exams   exams for a false alarm
    0.0                         1.5 %                      132,000
    0.3                         2.5 %                      79,000
    0.5                         4.5 %                      43,000
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final

import numpy as np

from doseloop.assess.change_point import change_point
from doseloop.assess.control_chart import BOUND, first_alarm
from doseloop.assess.own_usual import VERSION as USUAL_VERSION
from doseloop.assess.own_usual import SeriesExam, Unusual, unusual
from doseloop.assess.robust_fit import neighbour_correlation
from doseloop.assess.robust_scale import Floats
from doseloop.model.flag import Dated, Finding
from doseloop.model.quantities import QUANTITIES

RULE: Final = "drift"
VERSION: Final = "2"
OF_SCANNER: Final = "scanner"
"""In the cause of a finding, in place of a series."""
LOOK_BACK: Final = 300
"""Exams before the alarm within which the beginning is looked for."""
LEAST_TOLD: Final = 8
"""Exams of a protocol since the change, below which it tells nothing about the scanner."""
MOST_TOLD: Final = 20
CORRELATED: Final = 1.4
"""How much larger the error of a mean is where neighbours correlate with about 0.3."""
SHARE_OF_PROTOCOLS: Final = 2 / 3
APART: Final = math.log(1.25)
POOL_BASELINE: Final = 100


@dataclass(frozen=True, slots=True)
class DriftSeries:
    """Complete exams of one protocol on one scanner, one quantity (and one phantom where that needs one), in any order."""

    scanner: str
    """Our key of the scanner."""
    scanner_name: str
    protocol: str
    """What people call the series; it stands in the key of its flag."""
    quantity: str
    exams: tuple[SeriesExam, ...]
    use: str = ""
    """Its protocol as `store.protocol_uses` names it; empty where that is `protocol`."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What a chart told, by what was known at its alarm."""

    alarm_at: datetime
    since: datetime
    """The most likely beginning; it lies between `earliest` and `latest`."""
    earliest: datetime
    latest: datetime
    shift: float
    """Mean logarithm of dose over what was usual, since then. Somewhat too large as a rule: only what stands out is told."""
    exams: int
    """Since then up to the alarm."""
    chart: str


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A series of which enough is known."""

    series: DriftSeries
    unusual: Unusual
    drift: Drift | None


def on_period(series: Sequence[DriftSeries]) -> tuple[Finding, ...]:
    """Findings of all scanners, by the exams up to now; each scanner has one series for a protocol.

    A series of 100 usable exams or fewer tells nothing and is no error.
    """
    in_order = sorted(series, key=lambda one: (one.scanner, one.protocol))
    found: list[Finding] = []
    for _, of_scanner in groupby(in_order, key=lambda one: one.scanner):
        found += on_scanner([one for one in map(looked_at, of_scanner) if one is not None])
    return tuple(found)


def drift_of(at: Sequence[datetime], fresh: Floats, beyond: Floats, known: Sequence[int]) -> Drift | None:
    """The drift that a chart of standardised values tells at its first alarm; None where it has none."""
    alarm = first_alarm([float(one) for one in fresh], known)
    if alarm is None:
        return None
    start = max(0, alarm.at + 1 - LOOK_BACK)
    begun = change_point(np.clip(fresh[start : alarm.at + 1], -BOUND, BOUND))
    if begun is None:
        return None
    since = beyond[start + begun.at : alarm.at + 1]
    return Drift(
        alarm_at=at[alarm.at],
        since=at[start + begun.at],
        earliest=at[start + begun.earliest],
        latest=at[start + begun.latest],
        shift=float(np.mean(since)),
        exams=len(since),
        chart=alarm.chart,
    )


def looked_at(series: DriftSeries) -> Watched | None:
    """The series against its past; None where 100 usable exams or fewer are known."""
    found = unusual(series.exams)
    return None if found is None else Watched(series, found, drift_of(found.at, found.fresh, found.beyond, found.known))


def until(watched: Watched, moment: datetime) -> Watched | None:
    """What was known of a series before a moment; None where 100 usable exams or fewer were. `series` stays whole.

    It is the same as of its exams before then alone: a chart and what is usual at an exam come from earlier ones, and the first
    alarm stands.
    """
    known = watched.unusual
    exams = bisect_left(known.at, moment)
    if not exams:
        return None
    then = replace(
        known, at=known.at[:exams], beyond=known.beyond[:exams], fresh=known.fresh[:exams], known=known.known[:exams]
    )
    told = watched.drift if watched.drift is not None and watched.drift.alarm_at < moment else None
    return Watched(watched.series, then, told)


def on_scanner(watched: Sequence[Watched]) -> list[Finding]:
    """Findings of one scanner, by its series of which enough is known, in the order of their names."""
    common = _common(watched) or _common([one for one in watched if one.drift is None])
    found = [] if common is None else [_scanner_finding(watched, common)]
    for one in watched:
        if one.drift is not None and (common is None or _is_another(one, one.drift, common)):
            found.append(_protocol_finding(one, one.drift))
    return found


def _common(watched: Sequence[Watched]) -> Drift | None:
    """The drift that the scanner's protocols share; None where they share none."""
    if len(watched) < 2:
        return None
    drift = _pooled(watched)
    if drift is None:
        return None
    shifts = [shift for shift, exams in (_shift(one, drift.since) for one in watched) if exams >= LEAST_TOLD]
    along = sum(abs(shift - drift.shift) < abs(shift) for shift in shifts)
    return drift if len(shifts) >= 2 and along >= SHARE_OF_PROTOCOLS * len(shifts) else None


def _pooled(watched: Sequence[Watched]) -> Drift | None:
    """One chart of all exams in order of time; what neighbours of different protocols still share is taken out."""
    at = [moment for one in watched for moment in one.unusual.at]
    order = sorted(range(len(at)), key=at.__getitem__)
    fresh = np.concatenate([one.unusual.fresh for one in watched])[order]
    beyond = np.concatenate([one.unusual.beyond for one in watched])[order]
    correlation = neighbour_correlation([np.clip(fresh[:POOL_BASELINE], -BOUND, BOUND)])
    before = np.concatenate([[0.0], fresh[:-1]])
    known = [number for one in watched for number in one.unusual.known]
    apart = (fresh - correlation * before) / math.sqrt(1 - correlation**2)
    return drift_of([at[i] for i in order], apart, beyond, [known[i] for i in order])


def _shift(one: Watched, since: datetime) -> tuple[float, int]:
    """A series' mean shift over its first exams since then, and how many they are: later exams change nothing."""
    first = np.flatnonzero([moment >= since for moment in one.unusual.at])[:MOST_TOLD]
    return (float(np.mean(one.unusual.beyond[first])), len(first)) if len(first) else (0.0, 0)


def _is_another(one: Watched, own: Drift, common: Drift) -> bool:
    """Whether a protocol's own alarm has another cause: it was before the common drift, or it moved clearly otherwise."""
    shift, exams = _shift(one, common.since)
    error = CORRELATED * one.unusual.log_sd / math.sqrt(max(exams, 1))
    return own.alarm_at < common.earliest or abs(shift - common.shift) > max(APART, 3 * error)


def _protocol_finding(one: Watched, drift: Drift) -> Finding:
    series = one.series
    what = f"{QUANTITIES[series.quantity].symbol} of {series.protocol} on {series.scanner_name}"
    size = "at the patients' weights" if one.unusual.is_sized else "of all sizes"
    sized = () if one.unusual.is_sized else ("Size was not taken into account: too few exams have a weight.",)
    cause = f"{series.quantity} of {series.protocol}"
    return _finding([one], cause, drift, f"{what}, {size},", sized)


def _scanner_finding(watched: Sequence[Watched], drift: Drift) -> Finding:
    series = watched[0].series
    unsized = sum(not one.unusual.is_sized for one in watched)
    sized = (f"Size was not taken into account in {unsized} of {len(watched)} protocols.",) if unsized else ()
    what = f"The dose of {len(watched)} protocols together on {series.scanner_name}"
    return _finding(watched, OF_SCANNER, drift, what, sized)


def _finding(watched: Sequence[Watched], cause: str, drift: Drift, what: str, sized: tuple[str, ...]) -> Finding:
    series = watched[0].series
    first = min(one.unusual.learnt_from for one in watched)
    way = "above" if drift.shift > 0 else "below"
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=series.scanner,
        cause=f"{cause} since {drift.since:%Y-%m-%dT%H:%M}",
        sentence=(
            f"{what} is {100 * abs(math.expm1(drift.shift)):.0f} % {way} what was usual, since about {_day(drift.since)}"
            f"{_between(drift)}, by {drift.exams} exams up to {_day(drift.alarm_at)}."
        ),
        quantity=series.quantity,
        factor=math.exp(drift.shift),
        n=drift.exams,
        not_seen=(
            "Why: tube, protocol, people and another kind of patients look alike here.",
            "A change that began within the first 100 exams of a protocol.",
            *sized,
        ),
        dated=Dated(
            protocols=tuple(sorted({one.series.use or one.series.protocol for one in watched})),
            since=_clock(drift.since),
            earliest=_clock(drift.earliest),
            latest=_clock(drift.latest),
            baseline=f"own-usual {USUAL_VERSION}, exams from {first:%Y-%m-%d} on",
        ),
    )


def _clock(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _between(drift: Drift) -> str:
    """Empty where the day is sure."""
    if drift.earliest.date() == drift.latest.date():
        return ""
    return f" (between {_day(drift.earliest)} and {_day(drift.latest)})"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
