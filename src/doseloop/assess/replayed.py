"""What a rule would have flagged over a site's history: how many in a week, of how many causes, and which of them people judged.

The findings come from the rule itself: exam after exam, each with its own past alone (`replay`), or day after day, each with what
was known on it (`series_replay`). Here they are only counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from doseloop.assess.share import Share

MOST_EXAMPLES: Final = 20
ONE_CAUSE: Final = timedelta(days=7)
"""Findings of one rule on one scanner and procedure are of one cause while no more days than these lie between two of them."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A finding where the rule would have made it."""

    key: str
    """Of its flag: the same as of the flag that was raised live."""
    cause: str
    exam: int | None
    """None of one about a scanner or a site."""
    scanner: int | None
    """None of one about several."""
    procedure: str | None
    day: date
    sentence: str


@dataclass(frozen=True, slots=True)
class Week:
    """Flags of a week, and how many causes began in it."""

    monday: date
    flags: int
    causes: int


@dataclass(frozen=True, slots=True)
class Example:
    """A finding for people to look at."""

    exam: int | None
    day: date
    sentence: str
    verdict: str
    """`true`, `false`, or empty where nobody judged its flag."""
    scanner: int | None = None
    """Of one about a scanner itself."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Flags that only one of two settings has."""

    flags: int
    judged: Share
    """Those that people found true, of those that they judged."""
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a rule costs at a site with some settings."""

    first_day: date
    last_day: date
    exams: int
    left_out: int
    """Older exams of the same time that were too many to look at."""
    flags: int
    causes: int
    weeks: tuple[Week, ...]
    """Every week from the first day's to the last day's."""
    judged: Share
    """Those that people found true, of those that they judged: the precision."""
    examples: tuple[Example, ...]
    lost: Difference
    """What the settings of today flag and these would not."""
    gained: Difference
    looks: int = 0
    """How often a rule looked that does so by the clock; 0 of one that looks at each exam."""

    @property
    def flags_a_week(self) -> float:
        """Mean over the days that were looked at."""
        return self.flags * 7 / ((self.last_day - self.first_day).days + 1)

    @property
    def causes_a_week(self) -> float:
        """The same of causes."""
        return self.causes * 7 / ((self.last_day - self.first_day).days + 1)

    @property
    def sentence(self) -> str:
        """One line for people."""
        older = f" ({self.left_out} older ones were too many)" if self.left_out else ""
        looks = f", looked at {self.looks} times" if self.looks else ""
        return (
            f"{self.first_day} to {self.last_day}, {self.exams} exams{older}{looks}: {self.flags} flags of {self.causes} causes, "
            f"{self.flags_a_week:.2g} a week; {self.judged.those} of {self.judged.of} that were judged were true; "
            f"{self.lost.flags} flags of today's settings lost, {self.gained.flags} gained."
        )


def budget(
    span: tuple[date, date],
    exams: int,
    left_out: int,
    new: Sequence[Replayed],
    today: Sequence[Replayed],
    verdicts: Mapping[str, bool],
    looks: int = 0,
) -> Budget:
    """Count what settings find, against what those of today find. `verdicts` has true or false by key of a judged flag."""
    held, kept = {one.key for one in today}, {one.key for one in new}
    starts = cause_starts(new)
    return Budget(
        first_day=span[0],
        last_day=span[1],
        exams=exams,
        left_out=left_out,
        flags=len(new),
        causes=len(starts),
        weeks=_weeks(span, new, starts),
        judged=judged(new, verdicts),
        examples=_examples(new, verdicts),
        lost=_difference([one for one in today if one.key not in kept], verdicts),
        gained=_difference([one for one in new if one.key not in held], verdicts),
        looks=looks,
    )


def judged(found: Iterable[Replayed], verdicts: Mapping[str, bool]) -> Share:
    """Those that people found true, of those that they judged."""
    said = [verdicts[one.key] for one in found if one.key in verdicts]
    return Share(sum(said), len(said))


def cause_starts(found: Iterable[Replayed]) -> list[date]:
    """The first day of each cause: findings on one scanner and procedure, of one cause, with no longer pause between them."""

    def place(one: Replayed) -> tuple[int, str, str]:
        return one.scanner or 0, one.procedure or "", one.cause

    starts = []
    for _, of_place in groupby(sorted(found, key=lambda one: (place(one), one.day)), key=place):
        last: date | None = None
        for one in of_place:
            if last is None or one.day - last > ONE_CAUSE:
                starts.append(one.day)
            last = one.day
    return starts


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def _weeks(span: tuple[date, date], found: Iterable[Replayed], starts: Iterable[date]) -> tuple[Week, ...]:
    flags, causes = Counter(monday_of(one.day) for one in found), Counter(map(monday_of, starts))
    first, last = map(monday_of, span)
    mondays = (first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1))
    return tuple(Week(monday, flags[monday], causes[monday]) for monday in mondays)


def _difference(found: Sequence[Replayed], verdicts: Mapping[str, bool]) -> Difference:
    return Difference(len(found), judged(found, verdicts), _examples(found, verdicts))


def _examples(found: Sequence[Replayed], verdicts: Mapping[str, bool]) -> tuple[Example, ...]:
    """Of many, some from all of the time."""
    ordered = sorted(found, key=lambda one: (one.day, one.exam or 0, one.key))
    step = max(1.0, len(ordered) / MOST_EXAMPLES)
    some = (ordered[int(step * number)] for number in range(min(MOST_EXAMPLES, len(ordered))))
    return tuple(_example(one, verdicts) for one in some)


def _example(one: Replayed, verdicts: Mapping[str, bool]) -> Example:
    return Example(one.exam, one.day, one.sentence, _verdict(one, verdicts), None if one.exam else one.scanner)


def _verdict(one: Replayed, verdicts: Mapping[str, bool]) -> str:
    return {True: "true", False: "false", None: ""}[verdicts.get(one.key)]
