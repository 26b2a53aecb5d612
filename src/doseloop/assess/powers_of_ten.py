"""Values that are wrong by a power of ten: quantities of one event that must fit each other, and which of them does not.

A relation is a product of quantities that is one where every unit is right: dose-area product over air kerma times field area,
DLP over CTDIvol times length, mAs over mA times s, a stated total over the sum of its events. Where it stands near the same
power of ten in nearly every exam since a day, one of its quantities has a wrong unit. Which one, witnesses say: the scanner's
own past before that day, other scanners, and another relation that has the quantity in it. Where none does, or two disagree,
nothing is proposed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log10
from statistics import median
from typing import Final

WITHIN: Final = 0.32
"""Decades from a power of ten. IEC 60601-2-43 lets a displayed kerma and a displayed kerma-area product each be wrong by 35 %:
1.35 / 0.65 is 0.32 decades at the most."""
LEAST_EXAMS: Final = 5
LEAST_CHECKS: Final = 10
LEAST_SHARE: Final = 0.9
"""Of the exams since the day, those that stand near that power."""
LEAST_WITNESSED: Final = 20
"""Values of a quantity that make a typical one, of the past or of other scanners."""
LEAST_OTHERS: Final = 2
"""Other scanners that make a witness: of one alone nobody knows which is right."""
_MISS_COSTS: Final = LEAST_SHARE / (1 - LEAST_SHARE)
"""One exam that does not fit weighs as much as the nine that may stand beside it."""
OWN_PAST: Final = "its own other exams"
OTHER_SCANNERS: Final = "other scanners"
TOTAL: Final = " total"
"""Ends the name of a stated total, which may be wrong where its events are right: `dap_gy_cm2 total`."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Quantities of which the product of powers is one in the units given."""

    key: str
    name: str
    """For people: `dose-area product over air kerma times field area`."""
    over: str
    under: tuple[str, ...]
    per_unit: float
    """What the bare quotient of the numbers is where it fits."""

    @property
    def sides(self) -> Mapping[str, int]:
        """The quantities, and 1 for the one above the line, -1 for those below."""
        return {self.over: 1, **dict.fromkeys(self.under, -1)}


RELATIONS: Final = (
    Relation("kap-kerma-area", "dose-area product over air kerma times field area", "dap_gy_cm2",
             ("ka_r_mgy", "reference_area_cm2"), 1e-3),
    Relation("dlp-ctdi-length", "DLP over CTDIvol times scanning length", "dlp_mgy_cm",
             ("ctdi_vol_mgy", "scanning_length_mm"), 0.1),
    Relation("mas-ma-s", "mAs over mA times time", "exposure_mas", ("tube_current_ma", "exposure_time_ms"), 1e-3),
    *(Relation(f"total-{name}", f"stated total of {symbol} over the sum of the events", name + TOTAL, (name,), 1.0)
      for name, symbol in (("dlp_mgy_cm", "DLP"), ("dap_gy_cm2", "dose-area product"), ("ka_r_mgy", "air kerma"))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What one event, or one exam with its stated totals and sums, says. Values that are not recorded are left out."""

    exam: int
    day: str
    """ISO; exams without one are passed over."""
    event: int
    """Position within the exam; -1 for an exam's totals."""
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Check:
    """One relation in one event."""

    exam: int
    day: str
    event: int
    decades: float
    """Logarithm to ten of the relation, 0 where it fits."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What something else says of a quantity: `wrong` by that power, or `right`."""

    name: str
    quantity: str
    says: str
    decades: float
    n: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A quantity of a scanner that is to be multiplied by a power of ten since a day."""

    quantity: str
    """Key of `model.quantities`."""
    of_total: bool
    """Whether the stated total is wrong and the events are right."""
    power: int
    """The repair multiplies by ten to this power."""
    since: str
    until: str
    """Last day on which it stands, empty where it goes on."""
    exams: int
    checks: int
    relation: str
    median_ratio: float
    ratio_from: float
    ratio_to: float
    """5th and 95th percentile of the relation."""
    witnesses: tuple[Witness, ...]
    examples: tuple[Check, ...]
    points: tuple[tuple[str, float], ...]
    """Day and ratio of each exam that was looked at, for a chart."""


@dataclass(frozen=True, slots=True)
class Abstention:
    """A relation that is off by a power of ten, and why nothing is proposed."""

    relation: str
    decades: int
    since: str
    exams: int
    why: str


@dataclass(frozen=True, slots=True)
class _Run:
    """The exams of a relation that stand near one power of ten, and all others."""

    power: int
    inside: tuple[Check, ...]
    outside: tuple[Check, ...]
    goes_on: bool


def look(
    facts: Iterable[Facts], others: Mapping[str, Sequence[float]] | None = None
) -> tuple[tuple[Proposal, ...], tuple[Abstention, ...]]:
    """What is proposed for one scanner and one kind of object, and what was noticed without knowing which side is wrong.

    `others` has for each quantity the typical value on each other scanner of the same modality.
    """
    listed = sorted((one for one in facts if one.day), key=lambda one: (one.day, one.exam, one.event))
    checks = {relation.key: _checks(relation, listed) for relation in RELATIONS}
    proposals: dict[tuple[str, int], Proposal] = {}
    abstentions = []
    for relation in RELATIONS:
        run = _run(checks[relation.key])
        if run is None:
            continue
        found = _judge(relation, run, listed, checks, others or {})
        if isinstance(found, Abstention):
            abstentions.append(found)
        else:
            proposals.setdefault((found.quantity, found.of_total), found)
    return tuple(proposals.values()), tuple(abstentions)


def _checks(relation: Relation, facts: Sequence[Facts]) -> tuple[Check, ...]:
    found = ((one, _decades(relation, one.values)) for one in facts)
    return tuple(Check(one.exam, one.day, one.event, ratio) for one, ratio in found if ratio is not None)


def _decades(relation: Relation, values: Mapping[str, float]) -> float | None:
    total = -log10(relation.per_unit)
    for side, sign in relation.sides.items():
        value = values.get(side)
        if value is None or not isfinite(value) or value <= 0:
            return None
        total += sign * log10(value)
    return total


def _run(checks: Sequence[Check]) -> _Run | None:
    """The longest stretch of exams near one power of ten that is not zero, None where there is none."""
    by_exam: dict[int, list[Check]] = defaultdict(list)
    for one in checks:
        by_exam[one.exam].append(one)
    exams = list(by_exam.values())
    powers = [_power(median(one.decades for one in exam)) for exam in exams]
    runs = [_stretch(exams, powers, power) for power in sorted({one for one in powers if one})]
    fitting = [one for one in runs if one is not None]
    return max(fitting, key=lambda one: len(one.inside), default=None)


def _power(decades: float) -> int | None:
    nearest = round(decades)
    return nearest if abs(decades - nearest) <= WITHIN else None


def _stretch(exams: Sequence[Sequence[Check]], powers: Sequence[int | None], power: int) -> _Run | None:
    """The stretch of exams in which most stand near the power: the greatest sum of one for each and a cost for each miss."""
    best, best_from, best_to, total, start = 0.0, 0, 0, 0.0, 0
    for number, one in enumerate(powers):
        if total <= 0:
            total, start = 0.0, number
        total += 1.0 if one == power else -_MISS_COSTS
        if total > best:
            best, best_from, best_to = total, start, number + 1
    inside = [one for n in range(best_from, best_to) if powers[n] == power for one in exams[n]]
    fit = sum(one == power for one in powers[best_from:best_to])
    if fit < LEAST_EXAMS or len(inside) < LEAST_CHECKS or fit < LEAST_SHARE * (best_to - best_from):
        return None
    outside = [one for n, exam in enumerate(exams) if not best_from <= n < best_to for one in exam]
    return _Run(power, tuple(inside), tuple(outside), best_to == len(exams))


def _judge(
    relation: Relation,
    run: _Run,
    facts: Sequence[Facts],
    checks: Mapping[str, Sequence[Check]],
    others: Mapping[str, Sequence[float]],
) -> Proposal | Abstention:
    since = run.inside[0].day
    exams = len({one.exam for one in run.inside})
    witnesses = tuple(_witnesses(relation, run, facts, checks, others))
    wrong, right = _wrong_and_right(relation, witnesses)
    why = _why_not(relation, wrong, right)
    if why:
        return Abstention(relation.name, run.power, since, exams, why)
    side = next(iter(wrong))
    ratios = sorted(10**one.decades for one in run.inside)
    return Proposal(
        quantity=side.removesuffix(TOTAL),
        of_total=side.endswith(TOTAL),
        power=-run.power * relation.sides[side],
        since=since,
        until="" if run.goes_on else run.inside[-1].day,
        exams=exams,
        checks=len(run.inside),
        relation=relation.name,
        median_ratio=median(ratios),
        ratio_from=ratios[len(ratios) // 20],
        ratio_to=ratios[-1 - len(ratios) // 20],
        witnesses=witnesses,
        examples=run.inside[:1] + run.inside[len(run.inside) // 2 :][:1] + run.inside[-1:],
        points=_points((*run.outside, *run.inside)),
    )


def _wrong_and_right(relation: Relation, witnesses: Iterable[Witness]) -> tuple[set[str], set[str]]:
    """What witnesses call wrong and right; where all quantities but one are right and none is wrong, that one is."""
    said = list(witnesses)
    wrong = {one.quantity for one in said if one.says == "wrong"}
    right = {one.quantity for one in said if one.says == "right"}
    left = relation.sides.keys() - right
    return wrong or (set(left) if len(left) == 1 else set()), right


def _why_not(relation: Relation, wrong: set[str], right: set[str]) -> str:
    if wrong & right or len(wrong) > 1:
        return "What could say which quantity is wrong contradicts itself."
    if not wrong:
        return (
            "Nothing says which of its quantities is wrong: neither the past, nor other scanners, nor another relation."
        )
    if not _repairable(next(iter(wrong))):
        return "What is wrong is the geometry or the time, which no dose is made of."
    return ""


def _repairable(side: str) -> bool:
    return side.removesuffix(TOTAL) in {relation.over.removesuffix(TOTAL) for relation in RELATIONS} | {
        "ka_r_mgy", "ctdi_vol_mgy", "tube_current_ma",
    }  # fmt: skip


def _witnesses(
    relation: Relation,
    run: _Run,
    facts: Sequence[Facts],
    checks: Mapping[str, Sequence[Check]],
    others: Mapping[str, Sequence[float]],
) -> Iterable[Witness]:
    inside, outside = {one.exam for one in run.inside}, {one.exam for one in run.outside}
    for side, sign in relation.sides.items():
        of_side = [one for one in facts if (one.event < 0) is side.endswith(TOTAL) and one.values.get(side, 0.0) > 0]
        own = [log10(one.values[side]) for one in of_side if one.exam in inside]
        past = [log10(one.values[side]) for one in of_side if one.exam in outside]
        peers = [log10(v) for v in others.get(side, ()) if v > 0]
        power = run.power * sign
        if len(own) >= LEAST_WITNESSED and len(past) >= LEAST_WITNESSED:
            yield from _said(OWN_PAST, side, median(own) - median(past), power, len(past))
        if len(own) >= LEAST_WITNESSED and len(peers) >= LEAST_OTHERS:
            yield from _said(OTHER_SCANNERS, side, median(own) - median(peers), power, len(peers))
    yield from _other_relations(relation, run, checks, inside)


def _said(name: str, side: str, shift: float, power: int, n: int) -> Iterable[Witness]:
    if abs(shift - power) <= WITHIN:
        yield Witness(name, side, "wrong", shift, n)
    elif abs(shift) <= WITHIN:
        yield Witness(name, side, "right", shift, n)


def _other_relations(
    relation: Relation, run: _Run, checks: Mapping[str, Sequence[Check]], exams: set[int]
) -> Iterable[Witness]:
    """Another relation with one quantity of this one: off by the same power it says wrong, fitting it says right. A total that
    fits its events says nothing of them: both may be in the same wrong unit."""
    for other in RELATIONS:
        shared = relation.sides.keys() & other.sides.keys()
        if other is relation or len(shared) != 1:
            continue
        side = next(iter(shared))
        of_exams = [one.decades for one in checks[other.key] if one.exam in exams]
        if len(of_exams) >= LEAST_EXAMS:
            shift = median(of_exams) * other.sides[side]
            said = _said(other.name, side, shift, run.power * relation.sides[side], len(of_exams))
            yield from (one for one in said if one.says == "wrong" or not other.over.endswith(TOTAL))


def _points(checks: Iterable[Check]) -> tuple[tuple[str, float], ...]:
    by_exam: dict[tuple[str, int], list[float]] = defaultdict(list)
    for one in checks:
        by_exam[one.day, one.exam].append(one.decades)
    return tuple((day, 10 ** median(found)) for (day, _), found in sorted(by_exam.items()))
