"""Which reference phantom stands for a patient in tables of CT doses."""

from math import isfinite
from typing import Final, Literal

from doseloop.dosimetry.missing import Missing

ReferenceAge = Literal["adult"] | float

_AGES: Final[tuple[tuple[float, ReferenceAge], ...]] = (
    (0.5, 0),
    (3.0, 1),
    (7.5, 5),
    (12.5, 10),
    (17.5, 15),
)
"""Ages up to which each child stands: half way to the next, the adult counted as 20."""


def ct_reference_age(age_years: float | None) -> ReferenceAge:
    """The nearest of newborn, 1, 5, 10, 15 and adult; half way between two the younger, whose coefficient is higher.

    The six are the ages of the ICRP's reference persons; that the adult stands for 20 years and more is in the manual of NCICT
    (https://github.com/ncidose/ncidosetools/wiki/NCICT-User-Manual, patient characteristics). Nearest is our own rule.
    Errors: `Missing` where the age is not recorded or cannot be.

    >>> ct_reference_age(7.0), ct_reference_age(8.0), ct_reference_age(63.0)
    (5, 10, 'adult')
    """
    if age_years is None:
        raise Missing("The age of the patient is not recorded.")
    if not isfinite(age_years) or age_years < 0:
        raise Missing("The recorded age of the patient cannot be.")
    return next((age for last, age in _AGES if age_years <= last), "adult")
