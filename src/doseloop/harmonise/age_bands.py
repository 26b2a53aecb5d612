"""Age to band.

Bands for children follow the groups of the American College of Radiology's registry (below 1, 1 to <5, 5 to <10, 10 to
<15, 15 to <18 years; nrdrsupport.acr.org, article 11000103355). Adults begin at 18 years; some countries set adult
levels from 16, for which a reference level may carry its own bounds of age.
"""

from typing import Final

from doseloop.model.patient_group import AgeBand

ADULT_FROM_YEARS: Final = 18.0

AGE_BANDS: Final[tuple[AgeBand, ...]] = (
    AgeBand("child-0-1", "children below 1 year", "child", 0, 1),
    AgeBand("child-1-5", "children 1 to below 5 years", "child", 1, 5),
    AgeBand("child-5-10", "children 5 to below 10 years", "child", 5, 10),
    AgeBand("child-10-15", "children 10 to below 15 years", "child", 10, 15),
    AgeBand("child-15-18", "children 15 to below 18 years", "child", 15, ADULT_FROM_YEARS),
    AgeBand("adult", "adults", "adult", ADULT_FROM_YEARS, None),
)


def age_band(age_years: float | None) -> AgeBand | None:
    """The band of an age in years; None where the age is not known or negative."""
    if age_years is None:
        return None
    return next((band for band in AGE_BANDS if band.holds(age_years)), None)
