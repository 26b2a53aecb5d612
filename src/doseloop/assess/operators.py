"""The rule `operators`: somebody's exams have another dose than those of the others, at the same procedures, ages and sizes.

The logarithm of a figure is fitted by a mixed model (`mixed_model`): an intercept for each procedure and age band on each scanner,
a slope on the logarithm of weight for each procedure, a random effect of the operator, one of the operator on a scanner, and one
of the operator's week there, so that a busy week of one kind of patients is no habit. Of CT two figures are judged, which have
different causes: CTDIvol (a higher or lower setting) and the range, DLP over CTDIvol (longer or shorter scans, or more or fewer of
them). The DLP is shown beside them and not judged: it is their product. Elsewhere the dose-area product is judged, without a cause.

Somebody is compared with the mean of the others who are not found themselves. All figures are shrunken towards the others, the
less somebody's exams tell the more. A finding needs the whole interval beyond 10 %, at two looks a week apart; the error of 5 % in
a year is divided equally over the year's looks and over all that is judged at one (Bonferroni), as though looks told nothing about
each other, which is on the safe side. One who differs on all scanners is one finding, not one for each scanner.

This is a question to those who know the people, never a ranking: figures stand in the order of names.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from scipy.stats import norm

from doseloop.assess.mixed_model import Fitted
from doseloop.assess.operator_model import RANGE, Design, Group, contrast, groups_of
from doseloop.assess.operator_sample import LeftOut, NamedExam, sample
from doseloop.model.flag import Finding

RULE: Final = "operators"
VERSION: Final = "1"
MARGIN: Final = math.log(1.10)
ERROR_IN_A_YEAR: Final = 0.05
LOOKS_IN_A_YEAR: Final = 52
DAYS: Final = 28
"""Of a look's window."""
_WEEK: Final = timedelta(days=7)
_LATE: Final = timedelta(days=2)
"""A week is looked at when it is over for a day: reports come late."""
_Z_95: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Difference:
    """How somebody's exams stand to those of the others. Ratios are of doses, shrunken."""

    person: int
    scanner: int | None
    """None for all of a site's scanners together."""
    quantity: str
    exams: int
    ratio: float
    lower: float
    """Of the interval that holds 95 %."""
    upper: float
    is_beyond: bool
    """Whether the interval of the year's error is beyond the margin at this look."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a window of exams tells of the operators of a site's scanners of one modality."""

    modality: str
    first: date
    last: date
    """Both included."""
    exams: int
    without_weight: int
    left_out: LeftOut
    differences: tuple[Difference, ...]


Groups = Mapping[int | None, Group]
"""By scanner; None for all together."""


def last_sunday(today: date) -> date:
    """The Sunday on which the last week ended that is over for a day."""
    day = today - _LATE
    return day - timedelta(days=(day.weekday() + 1) % 7)


def window_for(last: date) -> tuple[date, date]:
    """First and last day of all exams that `new_looks` needs."""
    return last - _WEEK - timedelta(days=DAYS - 1), last


def window_of(last: date) -> tuple[date, date]:
    """First and last day of the look that ends on a day."""
    return last - timedelta(days=DAYS - 1), last


def quantities_of(modality: str) -> tuple[str, ...]:
    """What is shown of a modality; of CT the total first, and then its two causes."""
    return ("dlp_mgy_cm", "ctdi_vol_mgy", RANGE) if modality == "CT" else ("dap_gy_cm2",)


def look(exams: Sequence[NamedExam], modality: str, first: date, last: date) -> Look:
    """Compare the operators of exams of one modality that started on these days."""
    within = [one for one in exams if first <= one.at.date() <= last]
    chosen = sample(within, is_ct=modality == "CT")
    found: list[Difference] = []
    if chosen.exams:
        design = Design.of(chosen.exams, first)
        groups = dict(groups_of(design))
        shown = quantities_of(modality)
        judged = [one for one in shown if one != "dlp_mgy_cm"]
        at_once = len(judged) * sum(map(len, groups.values()))
        z = float(norm.isf(ERROR_IN_A_YEAR / LOOKS_IN_A_YEAR / at_once / 2))
        for quantity in shown:
            found += _differences(design, groups, quantity, z if quantity in judged else None)
    unsized = sum(not one.weight_kg for one in chosen.exams)
    return Look(modality, first, last, len(chosen.exams), unsized, chosen.left_out, tuple(found))


def new_looks(exams: Sequence[NamedExam], modality: str, last: date, held: Collection[date]) -> list[Look]:
    """The looks at exams of a modality for the week that ends on a day and the week before it, without those whose last days are
    `held`."""
    ends = (last - _WEEK, last)
    return [look(exams, modality, *window_of(end)) for end in ends if end not in held]


def on_period(looks: Sequence[Look], scanners: Mapping[int, str]) -> dict[Finding, int | None]:
    """What stands at the last of a modality's looks, given all in the order of time; with the scanner that it is about.

    `scanners` are names by key; a difference on one without a name is not told.
    """
    named = [one for one in standing(looks) if one.scanner is None or one.scanner in scanners]
    return {_finding(one, looks[-1], scanners): one.scanner for one in named}


def standing(looks: Sequence[Look]) -> tuple[Difference, ...]:
    """The differences of the last look that are told."""
    found: frozenset[_Which] = frozenset()
    for before, now in pairwise(looks):
        found = _standing(found, before, now) if now.last - before.last <= _APART else frozenset()
    return tuple(one for one in looks[-1].differences if _which(one) in found) if looks else ()


_Which = tuple[int, int | None, str, bool]
_APART: Final = timedelta(days=14)
"""Between two looks that are told to follow each other."""


def _which(one: Difference) -> _Which:
    return one.person, one.scanner, one.quantity, one.ratio > 1


def _standing(standing: frozenset[_Which], before: Look, now: Look) -> frozenset[_Which]:
    """What begins or goes on: it begins at the second look alike, and goes on while the figure itself is beyond the margin."""
    held = {_which(one) for one in before.differences if one.is_beyond}
    beyond = [one for one in now.differences if abs(math.log(one.ratio)) > MARGIN]
    kept = {_which(one) for one in beyond if _which(one) in standing or (one.is_beyond and _which(one) in held)}
    everywhere = {(person, quantity, way) for person, scanner, quantity, way in kept if scanner is None}
    return frozenset(one for one in kept if one[1] is None or (one[0], *one[2:]) not in everywhere)


def _differences(design: Design, groups: Groups, quantity: str, z: float | None) -> Iterator[Difference]:
    """Everybody's figures of one quantity; `z` is the width of the interval that is judged, None where none is."""
    fitted = design.fit(quantity)
    beyond = {scanner: frozenset() if z is None else _beyond(fitted, group, z) for scanner, group in groups.items()}
    everywhere = frozenset(one for one in beyond[None] if _is_along(fitted, groups, one))
    for scanner, group in groups.items():
        told = everywhere if scanner is None else beyond[scanner] - everywhere
        for person in group:
            difference, error = contrast(fitted, group, person, beyond[scanner])
            lower, upper = (math.exp(difference + side * _Z_95 * error) for side in (-1, 1))
            exams = design.exams_of[person, scanner]
            yield Difference(person, scanner, quantity, exams, math.exp(difference), lower, upper, person in told)


def _beyond(fitted: Fitted, group: Group, z: float) -> frozenset[int]:
    """Those whose interval is beyond the margin, the clearest first: who is found is no measure for the rest."""
    found: frozenset[int] = frozenset()
    while len(group) - len(found) >= 2:
        clear = {}
        for person in sorted(group.keys() - found):
            difference, error = contrast(fitted, group, person, found)
            clear[person] = (abs(difference) - MARGIN) / error if error > 0 else -math.inf
        clearest = max(clear, key=clear.__getitem__)
        if clear[clearest] <= z:
            break
        found |= {clearest}
    return found


def _is_along(fitted: Fitted, groups: Groups, person: int) -> bool:
    """Whether somebody who differs on all scanners together does so on each of them, and not on one alone."""
    whole, _ = contrast(fitted, groups[None], person)
    each = [contrast(fitted, group, person)[0] for at, group in groups.items() if at is not None and person in group]
    return all(one * whole > 0 and abs(one) > MARGIN for one in each)


_CAUSES: Final = {
    ("ctdi_vol_mgy", True): ("CTDIvol", "a higher setting"),
    ("ctdi_vol_mgy", False): ("CTDIvol", "a lower setting"),
    (RANGE, True): ("DLP at the same CTDIvol", "a longer range, or more acquisitions"),
    (RANGE, False): ("DLP at the same CTDIvol", "a shorter range, or fewer acquisitions"),
    ("dap_gy_cm2", True): ("dose-area product", ""),
    ("dap_gy_cm2", False): ("dose-area product", ""),
}


def _finding(one: Difference, now: Look, scanners: Mapping[int, str]) -> Finding:
    is_above = one.ratio > 1
    name, cause = _CAUSES[one.quantity, is_above]
    where = "" if one.scanner is None else f" on {scanners[one.scanner]}"
    at = "" if one.scanner is None else f" on scanner {one.scanner}"
    away = [abs(limit - 1) for limit in sorted((one.lower, one.upper), key=lambda limit: abs(limit - 1))]
    nobody = f"{now.left_out.exams} exams of that time tell nothing about operators and were left out."
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=f"person {one.person}",
        cause=f"{one.quantity}{at} {'above' if is_above else 'below'}",
        sentence=(
            f"One operator’s exams{where} have a {name} {abs(one.ratio - 1):.0%} ({away[0]:.0%} to {away[1]:.0%}) "
            f"{'above' if is_above else 'below'} that of the others, at the same procedures, ages and sizes, by {one.exams} exams "
            f"from {_day(now.first)} to {_day(now.last)}{f': {cause}' if cause else ''}. "
            "Who it is stands on the page of differences between operators."
        ),
        factor=one.ratio,
        n=one.exams,
        not_seen=(
            "Why: what was asked for, how difficult the patients were, and who was being taught.",
            *((f"{now.without_weight} of {now.exams} exams have no weight.",) if now.without_weight else ()),
            *((nobody,) if now.left_out.exams else ()),
        ),
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
