"""The patient at the study, as the methods of dosimetry need it: united from all objects and from what was imported."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """Age, sex and size. What is not known is None."""

    age_years: float | None = None
    sex: str | None = None
    """M, F or O."""
    weight_kg: float | None = None
    height_m: float | None = None
