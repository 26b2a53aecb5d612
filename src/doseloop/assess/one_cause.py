"""Flags of one cause on a scanner: which of them leads, and which are joined to it.

A drift is joined to a protocol's change that lies within the interval of its beginning: the change says what was done. A drift
of the whole scanner needs a change of two thirds of its protocols. Where three or more protocols of a scanner drift the same way
within 90 days and no change explains it, they are one cause too: what creeps is told of each protocol at another time, and three by
chance in a quarter were not seen (`docs/drift.md`). An exam with a high dose since then is joined where it would not have been told
without the drift: its value over the drift's factor is below its threshold. A flag that a case follows leads before one that
none does; one that a person judged is moved nowhere. Where a unit is suspected to be wrong, a high or low
dose of that quantity since then is joined where it would be neither with the unit put right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from doseloop.assess import drift, high_dose, low_dose, protocol_change, unit_suspected

RULES: Final = (drift.RULE, protocol_change.RULE)
UNIT: Final = unit_suspected.RULE
LEADS: Final = (*RULES, UNIT)
SINGLES: Final = (high_dose.RULE, low_dose.RULE)
_SHARE: Final = 2 / 3
_SEVERAL: Final = 3
_WITHIN_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class ScannerFlag:
    """A drift, or a change of protocols, that is open or followed. Times are ISO wall clocks."""

    flag: int
    rule: str
    protocols: tuple[str, ...]
    since: str
    earliest: str
    latest: str
    factor: float | None
    """Of a drift; else None."""
    is_followed: bool


@dataclass(frozen=True, slots=True)
class ExamFlag:
    """An open flag of one exam's high or low dose."""

    flag: int
    protocols: tuple[str, ...]
    """Those of the exam."""
    started_at: str
    value: float
    threshold: float
    quantity: str

    @property
    def is_high(self) -> bool:
        """Whether it is of a high dose; of a low one else."""
        return self.value > self.threshold


@dataclass(frozen=True, slots=True)
class UnitFlag:
    """A unit that is suspected to be wrong."""

    flag: int
    quantity: str
    since: str
    """ISO day."""
    factor: float
    """What is written over what is right, a power of ten."""


def joined(
    of_scanner: Sequence[ScannerFlag], of_exams: Sequence[ExamFlag], of_units: Sequence[UnitFlag] = ()
) -> dict[int, int]:
    """The leading flag by that of each flag that is joined to one. All are of one scanner."""
    by_unit = {exam.flag: unit.flag for unit in of_units for exam in of_exams if _is_by_unit(exam, unit)}
    return {**_joined_to_drifts(of_scanner, of_exams), **by_unit}


def _joined_to_drifts(of_scanner: Sequence[ScannerFlag], of_exams: Sequence[ExamFlag]) -> dict[int, int]:
    changes = [one for one in of_scanner if one.rule == protocol_change.RULE]
    drifts = [one for one in of_scanner if one.rule == drift.RULE]
    groups: dict[int, list[ScannerFlag]] = {}
    for one in drifts:
        causes = [change for change in changes if _explains(change, one)]
        nearest = min(causes, key=lambda change: (abs(_order(change.since, one)), change.flag), default=one)
        groups.setdefault(nearest.flag, [nearest] if nearest is not one else []).append(one)
    unexplained = [one for group in groups.values() if len(group) == 1 for one in group]
    explained = [group for group in groups.values() if len(group) > 1]
    return {
        member: lead for group in (*explained, *_together(unexplained)) for member, lead in _within(group, of_exams)
    }


def _together(drifts: Sequence[ScannerFlag]) -> Iterator[list[ScannerFlag]]:
    """Drifts of one way that began near each other as one group where they are several, each by itself else."""
    for is_rise in (True, False):
        waiting = [one for one in drifts if ((one.factor or 1.0) > 1.0) is is_rise]
        waiting.sort(key=lambda one: (one.since, one.flag))
        while waiting:
            near = [one for one in waiting if _days_apart(waiting[0], one) <= _WITHIN_DAYS]
            group = near if len(near) >= _SEVERAL else near[:1]
            waiting = [one for one in waiting if one not in group]
            yield group


def _days_apart(one: ScannerFlag, other: ScannerFlag) -> int:
    return abs((date.fromisoformat(other.since[:10]) - date.fromisoformat(one.since[:10])).days)


def _within(group: Sequence[ScannerFlag], of_exams: Sequence[ExamFlag]) -> Iterator[tuple[int, int]]:
    lead = next((one for one in group if one.is_followed), group[0])
    for one in group:
        if one is not lead and not one.is_followed:
            yield one.flag, lead.flag
    drifts = [one for one in group if one.rule == drift.RULE]
    for exam in of_exams:
        if any(_is_of(exam, one) for one in drifts):
            yield exam.flag, lead.flag


def _explains(change: ScannerFlag, of: ScannerFlag) -> bool:
    if not of.earliest <= change.since <= of.latest:
        return False
    touched = sum(any(_same(name, other) for other in change.protocols) for name in of.protocols)
    return touched >= max(1.0, _SHARE * len(of.protocols))


def _order(since: str, of: ScannerFlag) -> int:
    """0 on the day of the drift, else 1: nearer than a day no date is."""
    return int(since[:10] != of.since[:10])


def _is_by_unit(exam: ExamFlag, unit: UnitFlag) -> bool:
    if exam.quantity != unit.quantity or exam.started_at[:10] < unit.since[:10]:
        return False
    right = exam.value / unit.factor
    return right <= exam.threshold if exam.is_high else right >= exam.threshold


def _is_of(exam: ExamFlag, of: ScannerFlag) -> bool:
    factor = of.factor or 1.0
    return (
        factor > 1.0
        and exam.is_high
        and exam.started_at >= of.earliest
        and exam.value / factor <= exam.threshold
        and any(_same(name, other) for name in of.protocols for other in exam.protocols)
    )


def _same(one: str, other: str) -> bool:
    """Whether two names are one protocol: `Coronary` is that of `Coronary / Cine` too."""
    return one == other or other.startswith(f"{one} / ") or one.startswith(f"{other} / ")
