"""Groups of patients by age and size that values are compared within."""

from dataclasses import dataclass
from typing import Literal

Category = Literal["adult", "child"]


@dataclass(frozen=True, slots=True)
class AgeBand:
    """An age band: from `from_years` up to, not including, `below_years` (None: no end)."""

    key: str
    name: str
    category: Category
    from_years: float
    below_years: float | None

    def holds(self, age_years: float) -> bool:
        """Whether an age lies in the band."""
        return self.from_years <= age_years and (self.below_years is None or age_years < self.below_years)


@dataclass(frozen=True, slots=True)
class PatientGroup:
    """The patients that a reference level is for. Intervals hold their lower end, not their upper; None is no bound."""

    category: Category
    age_min_months: float | None = None
    age_max_months: float | None = None
    weight_min_kg: float | None = None
    weight_max_kg: float | None = None

    @property
    def has_weight_bounds(self) -> bool:
        """Whether the group is defined by weight."""
        return self.weight_min_kg is not None or self.weight_max_kg is not None

    def holds_age(self, age_years: float | None, adult_from_years: float = 18.0) -> bool:
        """Whether an age belongs to the group; an unknown age never does.

        The category counts only where the group has no bounds of age of its own.
        """
        if age_years is None:
            return False
        if self.age_min_months is None and self.age_max_months is None:
            return (age_years >= adult_from_years) == (self.category == "adult")
        return _within(age_years * 12, self.age_min_months, self.age_max_months)

    def holds_weight(self, weight_kg: float | None) -> bool | None:
        """Whether a weight belongs to the group; None where the weight is not known and the group asks for it."""
        if not self.has_weight_bounds:
            return True
        return None if weight_kg is None else _within(weight_kg, self.weight_min_kg, self.weight_max_kg)


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or low <= value) and (high is None or value < high)
