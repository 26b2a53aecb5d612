"""What the rules told beside what was planted: which fault was found, when, and which flags are false. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

HOUR = timedelta(hours=1)
TAIL = timedelta(days=14)
"""How long after its end a fault may still be the cause of a flag that names no date."""
TELLS: Mapping[str, frozenset[str]] = {
    "drift": frozenset({"drift"}),
    "step": frozenset({"drift"}),
    "protocol_copy": frozenset({"protocol-change", "drift", "new-name"}),
    "operator": frozenset({"operators"}),
    "adult_protocol": frozenset({"wrong-protocol"}),
    "wrong_unit": frozenset({"unit-suspected"}),
    "silent": frozenset({"silent-scanner"}),
    "single": frozenset({"high-dose", "low-dose", "rule-pack"}),
    "repeats": frozenset({"repeated-scan", "high-dose"}),
}
"""The rules by which a kind of fault is told."""
ALSO_MOVES: Mapping[str, frozenset[str]] = {
    "protocol_copy": frozenset({"drift", "new-name"}),
    "operator": frozenset({"drift"}),
    "adult_protocol": frozenset({"drift", "protocol-change"}),
    "wrong_unit": frozenset({"drift"}),
    "repeats": frozenset({"operators"}),
}
"""Rules about scanners whose flags are true of that kind too, though they do not tell it."""
BY_EXAM = frozenset({"single", "adult_protocol"})
"""Kinds whose every exam has to be found."""


@dataclass(frozen=True, slots=True)
class Touched:
    """An exam that a fault touched. Times are aware."""

    study: str
    scanner: str
    """As the record names it."""
    started_at: datetime
    left_at: datetime
    """When its last object left the scanner."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault, as the truth tells it."""

    name: str
    kind: str
    scanners: frozenset[str]
    """As the record names them; empty for every scanner."""
    protocols: frozenset[str]
    """Names that it touched; empty where it is no fault of one procedure."""
    first: date
    last: date
    size: Mapping[str, Any]
    exams: tuple[Touched, ...]
    """In the order of time; those that never left the scanner are not among them."""
    studies: frozenset[str] = frozenset()
    """Of all exams that it touched."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag as the record has it at the end."""

    flag: int
    rule: str
    scanner: str
    """Empty for a flag of no single scanner."""
    study: str
    """Of the exam that it is about; empty for a flag about a group."""
    at: datetime
    """When it was raised first; aware."""
    sentence: str
    protocols: tuple[str, ...] = ()
    earliest: datetime | None = None
    """Of what it dates; naive wall clock, None where it dates nothing."""
    latest: datetime | None = None
    lead: int | None = None
    """The flag under which it is listed."""
    is_rise: bool | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """How a fault fared."""

    name: str
    kind: str
    size: Mapping[str, Any]
    wanted: int
    """How often it had to be found: once, or each of its exams."""
    found: int
    same_hour: int
    """Of those found within an hour of the exam's last object."""
    days: float | None
    """From its beginning to the first flag; None where it was not found."""
    exams: int | None
    """Its exams in that time."""
    rules: tuple[str, ...]
    touched: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a scenario."""

    faults: tuple[Found, ...]
    true: tuple[Raised, ...] = field(repr=False)
    false: tuple[Raised, ...]
    """Of groups those alone that stand by themselves in the list: flags of one cause are one."""


def compare(planted: Sequence[Planted], raised: Sequence[Raised]) -> Compared:
    """Each fault beside its flags, and the flags that no fault explains."""
    explained = {one.flag for one in raised if any(explains(fault, one) for fault in planted)}
    counted = [one for one in raised if one.lead is None or one.lead == one.flag or one.study]
    # A flag that is listed under a true one is no false one: people see one.
    false = [one for one in counted if one.flag not in explained and one.lead not in explained]
    true = [one for one in raised if one.flag in explained]
    return Compared(tuple(found(fault, raised) for fault in planted), tuple(true), tuple(false))


def explains(fault: Planted, flag: Raised) -> bool:
    """Whether the fault is what the flag is about."""
    if flag.study:
        return flag.study in fault.studies
    rules = TELLS[fault.kind] | ALSO_MOVES.get(fault.kind, frozenset())
    return flag.rule in rules and _is_there(fault, flag) and _is_then(fault, flag)


def _is_there(fault: Planted, flag: Raised) -> bool:
    if fault.scanners and flag.scanner and flag.scanner not in fault.scanners:
        return False
    if not (fault.protocols and flag.protocols):
        return True
    return any(_same(one, other) for one in fault.protocols for other in flag.protocols)


def _same(planted: str, told: str) -> bool:
    """Whether a protocol's name as the scanner has it is part of what the record calls it, a copy's too."""
    parts = [part.strip().casefold() for part in told.split(" / ")]
    return any(part.startswith(planted.casefold()) or planted.casefold().startswith(part) for part in parts if part)


def _is_then(fault: Planted, flag: Raised) -> bool:
    """Whether it began while the fault lasted, or with its end; a flag without a date was raised in that time or soon after."""
    first = datetime.combine(fault.first, datetime.min.time())
    end = datetime.combine(fault.last, datetime.max.time())
    if flag.at.replace(tzinfo=None) < first:
        return False
    if flag.earliest is None or flag.latest is None:
        return flag.at.replace(tzinfo=None) <= end + TAIL
    return flag.latest >= first and flag.earliest <= end + timedelta(days=3)


def found(fault: Planted, raised: Iterable[Raised]) -> Found:
    """How the fault fared; by each exam where each has to be found."""
    flags = [one for one in raised if one.rule in TELLS[fault.kind] and explains(fault, one)]
    at = min((one.at for one in flags), default=None)
    begun = fault.exams[0].started_at if fault.exams else None
    days = exams = None
    if at is not None:
        start = begun or datetime.combine(fault.first, datetime.min.time(), at.tzinfo)
        days = max(0.0, (at - start) / timedelta(days=1))
        exams = sum(one.started_at <= at for one in fault.exams)
    told = _told_exams(fault, flags)
    is_by_exam = fault.kind in BY_EXAM
    return Found(
        name=fault.name,
        kind=fault.kind,
        size=fault.size,
        wanted=len(fault.studies) if is_by_exam else 1,
        found=len(told) if is_by_exam else int(bool(flags)),
        same_hour=sum(delay <= HOUR for delay in told.values()) if is_by_exam else 0,
        days=days,
        exams=exams,
        rules=tuple(sorted({one.rule for one in flags})),
        touched=len(fault.studies),
    )


def _told_exams(fault: Planted, flags: Iterable[Raised]) -> dict[str, timedelta]:
    """Delay by study of the exams that have a flag of their own."""
    left = {one.study: one.left_at for one in fault.exams}
    delays: dict[str, timedelta] = {}
    for one in flags:
        if one.study in left:
            delay = one.at - left[one.study]
            delays[one.study] = min(delay, delays.get(one.study, delay))
    return delays
