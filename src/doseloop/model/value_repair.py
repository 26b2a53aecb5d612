"""Values that a scanner wrote wrong by a power of ten: the rule that repairs them, and a value that one repaired."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["report", "dose screen", "image"]
"""What the value stands in: a scanner writes its reports and the headers of its images by different programs."""


@dataclass(frozen=True, slots=True)
class ValueRepair:
    """A rule that a person put into force for one scanner."""

    id: str
    """`R0001`."""
    quantity: str
    """Key of `model.quantities`."""
    source: Source
    of_total: bool
    """Whether it repairs stated totals alone; else events, and a total that is in their unit."""
    power: int
    """Values are multiplied by ten to this power."""

    def of(self, value: float) -> float:
        """The repaired value. A division keeps digits that a multiplication by a negative power would lose."""
        return float(value * 10**self.power if self.power >= 0 else value / 10**-self.power)


@dataclass(frozen=True, slots=True)
class RepairedValue:
    """A value of an event or a total that a rule repaired, with what the object says."""

    object: int
    """The record's key of the object."""
    field: str
    place: str
    """As in `model.reading.Reading`."""
    original: float
    """In the field's unit, as read."""
    value: float
    """As it counts."""
    repair: str
    """Id of the rule."""
