"""The faults of scenarios, each a way in which an exam departs from the usual one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import pow
from typing import Any

from doseloop.simulate.chance import chance
from doseloop.simulate.conditions import Conditions
from doseloop.simulate.ct import STANDARD_WEIGHT_KG
from doseloop.simulate.department import CtProcedure, standard_department
from doseloop.simulate.faults import Slot
from doseloop.simulate.scenario.entries import Entry

_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault of a scenario: an entry of its file, looked at for each exam of its place and time."""

    entry: Entry
    seed: int

    @property
    def name(self) -> str:
        """What the truth calls it."""
        return self.entry.name

    def conditions(self, slot: Slot) -> Conditions | None:
        """How an exam departs from the usual way; None where the fault does not touch it."""
        if not self.entry.holds(slot.scanner, slot.procedure, slot.day):
            return None
        return _KINDS[self.entry.kind](self, slot)

    def size(self, name: str) -> Any:
        """A value of the entry; None where it has none."""
        return self.entry.size.get(name)

    def hits(self, slot: Slot) -> bool:
        """Whether the exam belongs to the share of exams that the fault touches."""
        draw = chance(self.seed, "fault", self.name, slot.scanner, slot.day, slot.index)
        return draw.random() < float(self.size("share"))


def _drift(fault: Planned, slot: Slot) -> Conditions:
    years = ((slot.day - fault.entry.first).days + 1) / _DAYS_PER_YEAR
    return Conditions(dose_factor=pow(1 + fault.size("per_year"), years))


def _step(fault: Planned, slot: Slot) -> Conditions:
    return Conditions(dose_factor=fault.size("factor"))


def _protocol_copy(fault: Planned, slot: Slot) -> Conditions:
    fixed: bool = fault.size("fixed_current")
    return Conditions(
        dose_factor=fault.size("factor") * (_unmodulated(slot) if fixed else 1.0),
        kvp=fault.size("kvp"),
        pitch=fault.size("pitch"),
        fixed_current=fixed,
        protocol_suffix=fault.size("suffix"),
    )


def _operator(fault: Planned, slot: Slot) -> Conditions | None:
    if slot.operator != fault.size("operator"):
        return None
    return Conditions(dose_factor=fault.size("dose_factor"), length_factor=fault.size("length_factor"))


def _adult_protocol(fault: Planned, slot: Slot) -> Conditions | None:
    child = slot.age_years is not None and slot.age_years < fault.size("below_age")
    if not (child and fault.hits(slot)):
        return None
    return Conditions(dose_factor=_unmodulated(slot), kvp=_ct(slot).kvp)


def _wrong_unit(fault: Planned, slot: Slot) -> Conditions:
    return Conditions(dap_factor=fault.size("factor"))


def _silent(fault: Planned, slot: Slot) -> Conditions:
    return Conditions(lost=True)


def _single(fault: Planned, slot: Slot) -> Conditions | None:
    here = slot.ordinal == fault.size("ordinal")
    return Conditions(dose_factor=fault.size("factor"), typical=True) if here else None


def _repeats(fault: Planned, slot: Slot) -> Conditions | None:
    return Conditions(repeats=fault.size("times")) if fault.hits(slot) else None


def _unmodulated(slot: Slot) -> float:
    """The dose of an adult of standard weight against that which modulation would give to this patient."""
    if slot.weight_kg is None:
        return 1.0
    return pow(STANDARD_WEIGHT_KG / slot.weight_kg, _ct(slot).modulation)


def _ct(slot: Slot) -> CtProcedure:
    procedure = standard_department().procedures[slot.procedure]
    assert isinstance(procedure, CtProcedure)
    return procedure


_KINDS: Mapping[str, Callable[[Planned, Slot], Conditions | None]] = {
    "drift": _drift,
    "step": _step,
    "protocol_copy": _protocol_copy,
    "operator": _operator,
    "adult_protocol": _adult_protocol,
    "wrong_unit": _wrong_unit,
    "silent": _silent,
    "single": _single,
    "repeats": _repeats,
}
