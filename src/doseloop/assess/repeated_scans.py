"""The rule `repeated-scan`: a protocol of a scanner is scanned again in more of its exams than before.

A failing injector, a table that stops, a new worklist: the same scan is done twice, and each exam by itself stays below what is
unusual. What is counted is an exam in which a main CT acquisition stands at least twice by one name and one range. Where that is
how the protocol is done (before and after contrast medium by one name) it is usual, and only a rise is told.

A CUSUM of the likelihood ratio (Reynolds and Stoumbos 1999, J. Qual. Technol. 31:87) of one exam after the other: the usual share
against one that is `RISE` higher. The share that is usual is that of the exams before the sum last left zero (rule of succession),
at most the latest `BEFORE`, and one standard error. If that share is known, a false alarm comes once in exp(`LIMIT`) exams at most
(Lorden 1971, Ann. Math. Stat. 42:1897). What was told stands while the latest exams have clearly more than was usual.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from doseloop.model.flag import Dated, Finding

RULE: Final = "repeated-scan"
VERSION: Final = "1"
RISE: Final = 0.1
LIMIT: Final = 10.0
LEAST_BEFORE: Final = 50
"""Exams that tell what is usual."""
BEFORE: Final = 400
LEAST_REPEATED: Final = 4
LATEST: Final = 40
"""Exams that tell whether a rise still stands."""
BACK_WITHIN: Final = 0.03
SAME_RANGE: Final = 1.1
"""Two ranges are one where the longer is at most so many times the shorter."""
_MOST_USUAL: Final = 0.85
"""A protocol that is nearly always scanned twice is not watched."""


@dataclass(frozen=True, slots=True)
class ScannedExam:
    """One exam with a protocol."""

    started_at: str
    """ISO wall clock."""
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class Rise:
    """A protocol that is scanned again more often than it was."""

    since: str
    """Start of the first exam that speaks for it."""
    told_at: str
    repeated_before: int
    exams_before: int
    """Exams that told what was usual."""
    repeated: int
    exams: int
    """Exams from then on until it was told, and how many of them were repeated."""

    @property
    def before(self) -> float:
        """The share that was usual."""
        return self.repeated_before / self.exams_before


def is_same_range(scans: int, lengths: int, shortest_mm: float | None, longest_mm: float | None) -> bool:
    """Whether scans of one name and exam have one range. `lengths` are known; where one is missing their name alone says so."""
    if scans < 2:
        return False
    is_known = lengths == scans and shortest_mm is not None and longest_mm is not None
    return not is_known or (longest_mm or 0.0) <= SAME_RANGE * (shortest_mm or 0.0)


def rise_of(exams: Sequence[ScannedExam]) -> Rise | None:
    """The rise that stands at the last exam; None where none does. Exams are of one protocol, in the order of time."""
    standing: Rise | None = None
    for standing in rises(exams):  # noqa: B007 (the last one)
        pass
    return standing


def rises(exams: Sequence[ScannedExam]) -> Iterator[Rise | None]:
    """The rise that stands at each exam, by it and those before it alone."""
    standing: Rise | None = None
    total, start = 0.0, 0
    for at, exam in enumerate(exams):
        if standing is not None:
            if _is_back(exams[max(0, at + 1 - LATEST) : at + 1], standing):
                standing, total, start = None, 0.0, at + 1
        elif at >= LEAST_BEFORE:
            start = at if total <= 0 else start
            before = exams[max(0, start - BEFORE) : start]
            total = max(0.0, total + _evidence(_usual(before), exam.is_repeated))
            if total > LIMIT:
                standing = _rise(before, exams[start : at + 1])
        yield standing


def _usual(before: Sequence[ScannedExam]) -> float:
    """What is usual, with its own error added: from few exams it is known badly."""
    share = (sum(one.is_repeated for one in before) + 1) / (len(before) + 2)
    return share + math.sqrt(share * (1 - share) / len(before))


def _evidence(usual: float, is_repeated: bool) -> float:
    """The logarithm of how much likelier this exam is with more repeated scans than was usual."""
    if usual > _MOST_USUAL:
        return 0.0
    more = usual + RISE
    return math.log(more / usual) if is_repeated else math.log((1 - more) / (1 - usual))


def _rise(before: Sequence[ScannedExam], since: Sequence[ScannedExam]) -> Rise | None:
    repeated = sum(one.is_repeated for one in since)
    if repeated < LEAST_REPEATED:
        return None
    had = sum(one.is_repeated for one in before)
    return Rise(since[0].started_at, since[-1].started_at, had, len(before), repeated, len(since))


def _is_back(latest_exams: Sequence[ScannedExam], rise: Rise) -> bool:
    latest = [one for one in latest_exams if one.started_at > rise.told_at]
    return len(latest) == LATEST and sum(one.is_repeated for one in latest) / LATEST <= rise.before + BACK_WITHIN


def on_period(scanner: int, name: str, protocols: Iterable[tuple[str, Sequence[ScannedExam]]]) -> tuple[Finding, ...]:
    """What stands of a scanner that people call `name`, by the exams of each protocol."""
    return told(scanner, name, ((protocol, rise_of(exams)) for protocol, exams in protocols))


def told(scanner: int, name: str, standing: Iterable[tuple[str, Rise | None]]) -> tuple[Finding, ...]:
    """The same by the rise of each protocol that stands."""
    return tuple(_finding(scanner, name, protocol, rise) for protocol, rise in standing if rise is not None)


def _finding(scanner: int, name: str, protocol: str, rise: Rise) -> Finding:
    """The sentence has nothing that later exams move."""
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=f"scanner {scanner}",
        cause=f"{protocol} since {rise.since[:10]}",
        sentence=(
            f"On {name}, {rise.repeated} of {rise.exams} exams with “{protocol}” from {_day(rise.since)} to {_day(rise.told_at)} "
            f"have the same scan twice or more; before, {rise.repeated_before} of {rise.exams_before} had."
        ),
        n=rise.exams,
        not_seen=(
            "Why: a failing injector, movement, training, a protocol with one more phase of the same name.",
            "Repeated scans under another name or with another range.",
        ),
        dated=Dated((protocol,), rise.since, rise.since, rise.told_at),
    )


def _day(at: str) -> str:
    day = date.fromisoformat(at[:10])
    return f"{day.day} {day:%B %Y}"
