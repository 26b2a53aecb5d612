"""Groups of patients by age and size that values are compared within."""

from dataclasses import dataclass
from typing import Final, Literal

from doseloop.model.span import Span

Category = Literal["adult", "child", "phantom"]
Sex = Literal["female", "male"]
ADULT_FROM_MONTHS: Final = 216.0


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
    """A `phantom` is no patient: what was measured in one is never a patient's value."""
    age_min_months: float | None = None
    age_max_months: float | None = None
    weight_min_kg: float | None = None
    weight_max_kg: float | None = None
    thickness_min_mm: float | None = None
    """Of the compressed breast."""
    thickness_max_mm: float | None = None
    sex: Sex | None = None
    size: str | None = None
    """The size in the words of the source."""

    @classmethod
    def of_patient(cls, age_months: float, weight_kg: float | None = None, sex: Sex | None = None) -> "PatientGroup":
        """The group of one patient, to see which levels are for such as him."""
        age = Span.at(age_months)
        weight = Span() if weight_kg is None else Span.at(weight_kg)
        category: Category = "adult" if age_months >= ADULT_FROM_MONTHS else "child"
        return cls(category, age.low, age.below, weight.low, weight.below, sex=sex)

    @property
    def ages(self) -> Span:
        """Ages in months. A child's group ends at the adult age and an adult's begins there, where it says nothing else."""
        if self.category == "adult":
            return Span(ADULT_FROM_MONTHS if self.age_min_months is None else self.age_min_months, self.age_max_months)
        return Span(self.age_min_months or 0.0, self.age_max_months or ADULT_FROM_MONTHS)

    @property
    def weights(self) -> Span:
        """Weights in kg."""
        return Span(self.weight_min_kg, self.weight_max_kg)

    @property
    def thicknesses(self) -> Span:
        """Thicknesses of the compressed breast in mm."""
        return Span(self.thickness_min_mm, self.thickness_max_mm)

    @property
    def has_weight_bounds(self) -> bool:
        """Whether the group is defined by weight."""
        return self.weights.is_bounded

    def holds_age(self, age_years: float | None) -> bool:
        """Whether an age belongs to the group; an unknown age never does, and no age to a phantom."""
        if age_years is None or self.category == "phantom":
            return False
        return self.ages.holds(Span.at(age_years * 12))

    def holds_weight(self, weight_kg: float | None) -> bool | None:
        """Whether a weight belongs to the group; None where the weight is not known and the group asks for it."""
        if not self.has_weight_bounds:
            return True
        return None if weight_kg is None else self.weights.holds(Span.at(weight_kg))
