"""Age to band.

Bands for children follow the groups of the American College of Radiology's registry (below 1, 1 to <5, 5 to <10, 10 to
<15, 15 to <18 years; nrdrsupport.acr.org, article 11000103355). Adults begin at 18 years; some countries set adult
levels from 16, for which a reference level may carry its own bounds of age.
"""

from dataclasses import dataclass
from typing import Final

from doseloop.model.dose_object import PatientAtStudy
from doseloop.model.patient_group import AgeBand
from doseloop.model.precedence import chosen

ADULT_FROM_YEARS: Final = 18.0

AGE_BANDS: Final[tuple[AgeBand, ...]] = (
    AgeBand("child-0-1", "children below 1 year", "child", 0, 1),
    AgeBand("child-1-5", "children 1 to below 5 years", "child", 1, 5),
    AgeBand("child-5-10", "children 5 to below 10 years", "child", 5, 10),
    AgeBand("child-10-15", "children 10 to below 15 years", "child", 10, 15),
    AgeBand("child-15-18", "children 15 to below 18 years", "child", 15, ADULT_FROM_YEARS),
    AgeBand("adult", "adults", "adult", ADULT_FROM_YEARS, None),
)


@dataclass(frozen=True, slots=True)
class Age:
    """Age at an exam."""

    years: float
    known_to: str
    """The day, where a birth date told it; else the unit that was recorded: day, week, month or year."""


def age_at_exam(patient: PatientAtStudy) -> Age | None:
    """The age by the calendar where a birth date told it, else the recorded one, which is rounded down to its unit. None where
    neither is known."""
    found = chosen("age at an exam", {"birth date": patient.completed_years, "recorded age": patient.age_years})
    if found is None:
        return None
    source, years = found
    return Age(years, "day" if source == "birth date" else patient.age_unit or "year")


def age_band(age_years: float | None) -> AgeBand | None:
    """The band of an age in years; None where the age is not known or negative."""
    if age_years is None:
        return None
    return next((band for band in AGE_BANDS if band.holds(age_years)), None)
