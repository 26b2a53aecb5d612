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
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.stats import norm

from doseloop.assess.mixed_model import Fitted, Floats, fit
from doseloop.assess.operator_sample import LEAST_EXAMS, LEAST_OPERATORS, LeftOut, NamedExam, Sample, sample
from doseloop.model.flag import Finding

RULE: Final = "operators"
VERSION: Final = "1"
RANGE: Final = "scan_range"
"""DLP over CTDIvol: the length that was scanned, each acquisition counted."""
MARGIN: Final = math.log(1.10)
ERROR_IN_A_YEAR: Final = 0.05
LOOKS_IN_A_YEAR: Final = 52
DAYS: Final = 28
"""Of a look's window."""
BOUND: Final = 3.5
"""Robust standard deviations from the middle of its cell at which a value is held."""
_Z_95: Final = 1.959964
_LEAST_WEIGHTS: Final = 30


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


Effect = tuple[int, ...]
"""Columns of random effects that add up to what somebody does."""


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
        design, groups = _Design.of(chosen, first), dict[int | None, dict[int, Effect]]()
        groups |= _groups(design)
        shown = quantities_of(modality)
        judged = [one for one in shown if one != "dlp_mgy_cm"]
        at_once = len(judged) * sum(map(len, groups.values()))
        z = float(norm.isf(ERROR_IN_A_YEAR / LOOKS_IN_A_YEAR / at_once / 2))
        for quantity in shown:
            found += _differences(design, groups, quantity, z if quantity in judged else None)
    unsized = sum(not one.weight_kg for one in chosen.exams)
    return Look(modality, first, last, len(chosen.exams), unsized, chosen.left_out, tuple(found))


def on_looks(looks: Sequence[Look], scanners: Mapping[int, str]) -> tuple[Finding, ...]:
    """What stands at the last of a modality's looks, given all in the order of time.

    `scanners` are names by key; a difference on one without a name is not told.
    """
    standing: frozenset[_Which] = frozenset()
    for before, now in pairwise(looks):
        standing = _standing(standing, before, now) if now.last - before.last <= _APART else frozenset()
    told = [one for one in looks[-1].differences if _which(one) in standing] if looks else []
    return tuple(_finding(one, looks[-1], scanners) for one in told if one.scanner is None or one.scanner in scanners)


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


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """The parts of the model that all quantities share."""

    exams: tuple[NamedExam, ...]
    cells: Floats
    sizes: Floats
    random: Floats
    families: tuple[int, ...]
    sessions: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    people: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    """Person and scanner of each effect of the second family."""
    exams_of: Mapping[tuple[int, int | None], int]
    """By person and scanner, and with None by person."""

    @classmethod
    def of(cls, chosen: Sample, first: date) -> "_Design":
        exams = chosen.exams
        who = [next(iter(one.operators)) for one in exams]
        pairs = [(person, one.scanner) for person, one in zip(who, exams, strict=True)]
        weeks = [(*pair, (one.at.date() - first).days // 7) for pair, one in zip(pairs, exams, strict=True)]
        people, places = tuple(sorted(set(who))), tuple(sorted(set(pairs)))
        cells = _indicators([one.cell for one in exams])
        _, sessions = np.unique(np.array(weeks), axis=0, return_inverse=True)
        of_people, of_places = np.eye(len(people)), np.eye(len(places))
        random = np.column_stack([
            of_people[[people.index(one) for one in who]], of_places[[places.index(one) for one in pairs]],
        ])  # fmt: skip
        families = (0,) * len(people) + (1,) * len(places)
        counts: Counter[tuple[int, int | None]] = Counter(pairs)
        counts.update((person, None) for person in who)
        sizes = _sizes(exams, cells)
        return cls(exams, cells, sizes, random, families, sessions.ravel(), people, places, counts)

    def fit(self, values: Floats) -> Fitted:
        """The model of the logarithms of a quantity."""
        return fit(_held(values, self.cells), np.column_stack([self.cells, self.sizes]), self.random, self.families,
                   self.sessions)  # fmt: skip


def _indicators(values: Sequence[Hashable]) -> Floats:
    """A column for each value, in the order in which they come first."""
    kinds = {one: at for at, one in enumerate(dict.fromkeys(values))}
    return np.eye(len(kinds))[[kinds[one] for one in values]]


def _sizes(exams: Sequence[NamedExam], cells: Floats) -> Floats:
    """Logarithm of weight by procedure, rare ones together, and whether there is none: each around its mean in the cell."""
    logs = np.array([math.log(one.weight_kg) if one.weight_kg else math.nan for one in exams])
    told = ~np.isnan(logs)
    centred = np.where(told, logs - _means(np.where(told, logs, 0.0), cells, told)[cells.argmax(axis=1)], 0.0)
    counted = Counter(one.procedure for one, has in zip(exams, told, strict=True) if has)
    named = [one.procedure if counted[one.procedure] >= _LEAST_WEIGHTS else "" for one in exams]
    columns = [centred * (np.array(named) == procedure) for procedure in sorted(set(named))]
    missing = (~told).astype(float)
    columns.append(missing - _means(missing, cells, np.ones_like(told))[cells.argmax(axis=1)])
    return np.column_stack([one for one in columns if one @ one > 1e-6] or [np.empty((len(exams), 0))])


def _means(values: Floats, cells: Floats, told: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Floats:
    chosen = cells * told[:, None]
    return np.asarray(chosen.T @ values / np.maximum(chosen.sum(axis=0), 1))


def _held(values: Floats, cells: Floats) -> Floats:
    """Values no further from the median of their cell than bounds: one wild value moves nobody."""
    result = values.copy()
    for column in cells.T.astype(bool):
        middle = float(np.median(values[column]))
        scale = 1.4826 * float(np.median(np.abs(values[column] - middle)))
        if scale > 0:
            result[column] = np.clip(values[column], middle - BOUND * scale, middle + BOUND * scale)
    return result


def _logarithm(one: NamedExam, quantity: str) -> float:
    if quantity == RANGE:
        return math.log(one.dlp_mgy_cm or 1.0) - math.log(one.ctdi_vol_mgy or 1.0)
    return math.log(getattr(one, quantity))


def _differences(
    design: "_Design", groups: Mapping[int | None, dict[int, Effect]], quantity: str, z: float | None
) -> Iterator[Difference]:
    """Everybody's figures of one quantity; `z` is the width of the interval that is judged, None where none is."""
    fitted = design.fit(np.array([_logarithm(one, quantity) for one in design.exams]))
    found_everywhere: set[int] = set()
    for scanner, group in groups.items():
        beyond = _beyond(fitted, group, z) if z is not None else frozenset()
        for person in group:
            others = [group[one] for one in group if one != person and one not in beyond]
            difference, error = _contrast(fitted, group[person], others)
            lower, upper = (math.exp(difference + side * _Z_95 * error) for side in (-1, 1))
            is_beyond = person in beyond and person not in found_everywhere
            exams = design.exams_of[person, scanner]
            yield Difference(person, scanner, quantity, exams, math.exp(difference), lower, upper, is_beyond)
        if scanner is None:
            found_everywhere = set(beyond)


def _groups(design: _Design) -> Iterator[tuple[int | None, dict[int, Effect]]]:
    """Who is compared with whom: all people everywhere, and those with enough exams on each scanner where there are several."""
    yield None, {person: (at,) for at, person in enumerate(design.people)}
    by_scanner: dict[int, dict[int, Effect]] = defaultdict(dict)
    for at, (person, scanner) in enumerate(design.places):
        if design.exams_of[person, scanner] >= LEAST_EXAMS:
            by_scanner[scanner][person] = (design.people.index(person), len(design.people) + at)
    for scanner, group in sorted(by_scanner.items()):
        if len(group) >= LEAST_OPERATORS and len({one for _, one in design.places}) > 1:
            yield scanner, group


def _beyond(fitted: Fitted, group: Mapping[int, Effect], z: float) -> frozenset[int]:
    """Those whose interval is beyond the margin, the clearest first: who is found is no measure for the rest."""
    found = set[int]()
    while len(group) - len(found) >= 2:
        clear = {}
        for person in sorted(group.keys() - found):
            others = [group[one] for one in group if one != person and one not in found]
            difference, error = _contrast(fitted, group[person], others)
            clear[person] = (abs(difference) - MARGIN) / error if error > 0 else -math.inf
        clearest = max(clear, key=clear.__getitem__)
        if clear[clearest] <= z:
            break
        found.add(clearest)
    return frozenset(found)


def _contrast(fitted: Fitted, own: Effect, others: Sequence[Effect]) -> tuple[float, float]:
    """Difference of somebody's effect from the mean of the others', and its standard error."""
    weights = np.zeros(len(fitted.effects))
    np.add.at(weights, list(own), 1.0)
    for one in others:
        np.add.at(weights, list(one), -1.0 / len(others))
    variance = max(float(weights @ fitted.covariance @ weights), 0.0)
    return float(weights @ fitted.effects), math.sqrt(variance)


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
