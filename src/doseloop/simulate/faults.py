"""Faults planted into the virtual hospital, with known place, size and time.

A fault looks at each slot (where, when, what) before the exam is drawn and answers how the exam departs from the usual
way, or None. Those of scenarios stand in `scenario_faults`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Protocol

from doseloop.simulate.conditions import USUAL, Conditions


@dataclass(frozen=True, slots=True)
class Slot:
    """One exam that is about to happen."""

    scanner: str
    procedure: str
    day: date
    ordinal: int
    """Which exam of this procedure it is on the scanner that day, from 1."""
    index: int = 0
    """Which exam of any procedure it is on the scanner that day, from 1; 0 where nobody counted."""
    operator: str | None = None
    """Who irradiates; None where that is not known before."""
    age_years: float | None = None
    """None where the patient is not known before."""
    weight_kg: float | None = None


class Fault(Protocol):
    """Something wrong that the product should notice."""

    @property
    def name(self) -> str:
        """What the truth calls it."""
        ...

    def conditions(self, slot: Slot) -> Conditions | None:
        """How an exam departs from the usual way; None where the fault does not touch it."""
        ...


@dataclass(frozen=True, slots=True)
class HighDose:
    """A single exam at a multiple of the typical dose of its procedure on its scanner at its patient's size."""

    scanner: str
    procedure: str
    day: date
    factor: float = 3.0
    ordinal: int = 1

    @property
    def name(self) -> str:
        """What the truth calls it."""
        return "high_dose"

    def conditions(self, slot: Slot) -> Conditions | None:
        """Touches one exam of one day."""
        here = (slot.scanner, slot.procedure, slot.day, slot.ordinal)
        if here != (self.scanner, self.procedure, self.day, self.ordinal):
            return None
        return Conditions(dose_factor=self.factor, typical=True)


@dataclass(frozen=True, slots=True)
class Planted:
    """What was planted in one exam."""

    faults: tuple[str, ...] = ()
    conditions: Conditions = USUAL


def planted(faults: Sequence[Fault], slot: Slot) -> Planted:
    """All faults that touch a slot, together."""
    touching = [(fault.name, found) for fault in faults if (found := fault.conditions(slot))]
    conditions = reduce(Conditions.and_, (found for _, found in touching), USUAL)
    return Planted(tuple(name for name, _ in touching), conditions)
