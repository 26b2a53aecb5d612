"""The mixed model of the rule `operators`: its columns, and how one person's effect stands to the others'.

What somebody does is the person's own effect and that of the person on a scanner; on all scanners together the latter count by the
share of the person's exams there.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from doseloop.assess.mixed_model import Fitted, Floats, Whole, fit
from doseloop.assess.operator_sample import LEAST_EXAMS, LEAST_OPERATORS, NamedExam

RANGE: Final = "scan_range"
"""DLP over CTDIvol: the length that was scanned, each acquisition counted."""
BOUND: Final = 3.5
"""Robust standard deviations from the middle of its cell at which a value is held."""
_LEAST_WEIGHTS: Final = 30

Group = Mapping[int, Floats]
"""Those who are compared with each other: by person the weights of the random effects that add up to what the person does."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The parts of the model that all quantities share."""

    exams: tuple[NamedExam, ...]
    cells: Floats
    sizes: Floats
    random: Floats
    families: tuple[int, ...]
    sessions: Whole
    people: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    """Person and scanner of each effect of the second family."""
    exams_of: Mapping[tuple[int, int | None], int]
    """By person and scanner, and with None by person."""

    @classmethod
    def of(cls, exams: tuple[NamedExam, ...], first: date) -> "Design":
        """Of exams of one operator each; weeks are counted from the first day on."""
        who = [next(iter(one.operators)) for one in exams]
        pairs = [(person, one.scanner) for person, one in zip(who, exams, strict=True)]
        weeks = [(*pair, (one.at.date() - first).days // 7) for pair, one in zip(pairs, exams, strict=True)]
        people, places = tuple(sorted(set(who))), tuple(sorted(set(pairs)))
        cells = _indicators([one.cell for one in exams])
        _, sessions = np.unique(np.array(weeks), axis=0, return_inverse=True)
        random = [np.eye(len(people))[[people.index(one) for one in who]]]
        if len({scanner for _, scanner in places}) > 1:
            random.append(np.eye(len(places))[[places.index(one) for one in pairs]])
        families = tuple(family for family, columns in enumerate(random) for _ in columns.T)
        counts: Counter[tuple[int, int | None]] = Counter(pairs)
        counts.update((person, None) for person in who)
        sizes = _sizes(exams, cells)
        return cls(exams, cells, sizes, np.column_stack(random), families, sessions.ravel(), people, places, counts)

    def fit(self, quantity: str) -> Fitted:
        """The model of the logarithms of a quantity."""
        values = np.array([_logarithm(one, quantity) for one in self.exams])
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


def groups_of(design: Design) -> Iterator[tuple[int | None, Group]]:
    """By scanner who is compared with whom: all people for None, and those with enough exams on each scanner of several."""
    yield None, {person: _everywhere(design, person) for person in design.people}
    if len(design.families) == len(design.people):
        return
    by_scanner: dict[int, dict[int, Floats]] = defaultdict(dict)
    for person, scanner in design.places:
        if design.exams_of[person, scanner] >= LEAST_EXAMS:
            by_scanner[scanner][person] = _weights(design, person, {scanner: 1.0})
    yield from ((scanner, group) for scanner, group in sorted(by_scanner.items()) if len(group) >= LEAST_OPERATORS)


def _everywhere(design: Design, person: int) -> Floats:
    counts = {scanner: design.exams_of[one, scanner] for one, scanner in design.places if one == person}
    return _weights(design, person, {scanner: exams / sum(counts.values()) for scanner, exams in counts.items()})


def _weights(design: Design, person: int, shares: Mapping[int, float]) -> Floats:
    weights = np.zeros(len(design.families))
    weights[design.people.index(person)] = 1.0
    if len(design.families) > len(design.people):
        for scanner, share in shares.items():
            weights[len(design.people) + design.places.index((person, scanner))] = share
    return weights


def contrast(fitted: Fitted, group: Group, person: int, apart: frozenset[int] = frozenset()) -> tuple[float, float]:
    """How far somebody's logarithm is from the mean of the others', without those who stand apart, and its standard error."""
    others = [weights for one, weights in group.items() if one != person and one not in apart]
    weights = group[person] - np.mean(others, axis=0)
    variance = max(float(weights @ fitted.covariance @ weights), 0.0)
    return float(weights @ fitted.effects), math.sqrt(variance)
