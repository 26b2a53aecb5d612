"""Which exams tell how operators differ: those that name one person, in cells that several of them share; the rest is counted.

A cell is a procedure in an age band on a scanner, for CT with its phantom. An operator counts from `LEAST_EXAMS` on, a scanner and
a cell from `LEAST_OPERATORS` such operators on; what one lacks takes exams from the other, so that it is looked at until nothing
changes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

LEAST_EXAMS: Final = 20
LEAST_OPERATORS: Final = 3


@dataclass(frozen=True, slots=True)
class NamedExam:
    """A part of an exam with who operated the scanner. Doses are None or 0 where nothing tells them."""

    exam: int
    at: datetime
    """Wall clock of the site, naive."""
    scanner: int
    procedure: str
    age_band: str
    phantom_cm: int | None
    weight_kg: float | None
    operators: frozenset[int]
    """Whom the names stand for, those that are one person."""
    is_shared: bool
    """Whether a name of a team, a room or several people is among them."""
    dlp_mgy_cm: float | None = None
    ctdi_vol_mgy: float | None = None
    dap_gy_cm2: float | None = None

    @property
    def cell(self) -> tuple[int, str, str, int | None]:
        """What it is compared within."""
        return self.scanner, self.procedure, self.age_band, self.phantom_cm


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Exams that tell nothing about operators, each for its first reason."""

    nobody: int = 0
    """They name no operator."""
    shared: int = 0
    """They name several people, or a name that is no person."""
    no_dose: int = 0
    """They lack a dose, or the phantom that it is stated for."""
    few_exams: int = 0
    """Their operator has too few."""
    operators: int = 0
    """How many operators have too few."""
    small_group: int = 0
    """Too few operators share their procedure on the scanner."""

    @property
    def exams(self) -> int:
        """All of them."""
        return self.nobody + self.shared + self.no_dose + self.few_exams + self.small_group


@dataclass(frozen=True, slots=True)
class Sample:
    """What is compared. `exams` is empty where too few operators share anything."""

    exams: tuple[NamedExam, ...]
    left_out: LeftOut

    @property
    def operators(self) -> tuple[int, ...]:
        """By key."""
        return tuple(sorted({_who(one) for one in self.exams}))


def sample(exams: Iterable[NamedExam], is_ct: bool) -> Sample:
    """Those that tell something of the CTs of a site, or of its other scanners."""
    listed = list(exams)
    has_dose = _has_ct_dose if is_ct else _has_dap
    named = [one for one in listed if one.operators or one.is_shared]
    alone = [one for one in named if len(one.operators) == 1 and not one.is_shared]
    dosed = [one for one in alone if has_dose(one)]
    kept, small = _shared_cells(dosed)
    few = _few(dosed)
    of_few = sum(_who(one) in few for one in dosed)
    counts = LeftOut(
        nobody=len(listed) - len(named),
        shared=len(named) - len(alone),
        no_dose=len(alone) - len(dosed),
        few_exams=of_few,
        operators=len(few),
        small_group=small - of_few,
    )
    return Sample(tuple(kept), counts)


def _has_ct_dose(one: NamedExam) -> bool:
    return bool(one.dlp_mgy_cm and one.ctdi_vol_mgy and one.phantom_cm)


def _has_dap(one: NamedExam) -> bool:
    return bool(one.dap_gy_cm2)


def _who(one: NamedExam) -> int:
    return next(iter(one.operators))


def _few(exams: Sequence[NamedExam]) -> set[int]:
    counted = Counter(map(_who, exams))
    return {who for who, exams_of in counted.items() if exams_of < LEAST_EXAMS}


def _shared_cells(exams: Sequence[NamedExam]) -> tuple[list[NamedExam], int]:
    """Exams of operators and cells that count, and how many others there were."""
    kept = list(exams)
    while True:
        few = _few(kept)
        enough = [one for one in kept if _who(one) not in few]
        enough = _of_groups(enough, lambda one: one.scanner)
        enough = _of_groups(enough, lambda one: one.cell)
        if len(enough) == len(kept):
            return kept, len(exams) - len(kept)
        kept = enough


def _of_groups(exams: Sequence[NamedExam], group: Callable[[NamedExam], Hashable]) -> list[NamedExam]:
    people: dict[Hashable, set[int]] = defaultdict(set)
    for one in exams:
        people[group(one)].add(_who(one))
    return [one for one in exams if len(people[group(one)]) >= LEAST_OPERATORS]
