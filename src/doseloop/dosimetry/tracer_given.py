"""What methods for tracers start from: the substance, its activity and the reference age, or what of it is missing."""

import math
from collections.abc import Sequence
from typing import Final

from doseloop.dosimetry.missing import Missing
from doseloop.model.reading import Code
from doseloop.model.tracer import Administration
from doseloop.reference.tracers import Tracer, nuclides_named, of_code, of_name

Age = int | str

_LAST_YEARS: Final[tuple[tuple[int, Age], ...]] = ((0, 0), (2, 1), (7, 5), (12, 10), (17, 15))
"""Age groups in completed years as dose coefficients of the ICRP are grouped (0, 1-2, 3-7, 8-12, 13-17, adult), for instance in
Table 17 of PMC8677615."""
_MOST_YEARS: Final = 130
_SPANS: Final[dict[Age, str]] = {
    0: "a newborn stands for the first year of life",
    1: "1 year stands for completed years 1 and 2",
    5: "5 years stands for completed years 3 to 7",
    10: "10 years stands for completed years 8 to 12",
    15: "15 years stands for completed years 13 to 17",
    "adult": "an adult stands for completed years 18 and above",
}


def tracer_given(administration: Administration, nuclide: str, product: str) -> Tracer:
    """The substance of an administration: by the code of its product, the normalised name and the typed one.

    `nuclide` is the short name (`F-18`), `product` the name without marks of a superscript; empty where they are not recorded.
    Errors: `Missing` where either is not known, or code, names and nuclide do not fit each other.
    """
    if not nuclide:
        raise Missing("The radionuclide is not recorded.")
    told = [found for found in _told(administration, product) if found]
    _coded_is_known(administration)
    if not told:
        named = product or (administration.product_name.value if administration.product_name else "")
        raise Missing(
            f"No tracer of the name “{named}” is known." if named else "The radiopharmaceutical is not recorded."
        )
    _no_other_nuclide(administration, nuclide, product)
    fitting = [{one.id: one for one in found if one.nuclide == nuclide} for found in told]
    if not all(fitting):
        raise Missing(f"The object names {told[0][0].title}, and {nuclide} as its radionuclide.")
    common = [one for id_, one in fitting[0].items() if all(id_ in other for other in fitting)]
    if len(common) != 1:
        titles = " and ".join(sorted({one.title for found in fitting for one in found.values()}))
        raise Missing(f"Code and names of the radiopharmaceutical do not name one tracer: {titles}.")
    return common[0]


def activity_given_mbq(administration: Administration) -> float:
    """Administered activity, MBq, as it is recorded. Errors: `Missing` where it is missing, not above 0 or not finite."""
    if administration.activity_mbq is None:
        raise Missing("The administered activity is not recorded.")
    value = administration.activity_mbq.value
    if not math.isfinite(value) or value <= 0:
        raise Missing("The administered activity is not above 0.")
    return value


def activity_assumptions(administration: Administration) -> tuple[str, ...]:
    """What is taken to be so of the activity."""
    found: list[str] = []
    if administration.image is not None:
        found.append(
            "The activity of the image's header is taken for what was injected, without what stayed in the syringe."
        )
    if administration.extravasation_activity_mbq is not None:
        found.append("What went beside the vein is not taken off.")
    return tuple(found)


def reference_age(age_years: float | None) -> Age:
    """The reference person of an age in years: 0 (newborn), 1, 5, 10, 15 or `adult`. Errors: `Missing`.

    >>> [reference_age(age) for age in (0.5, 2.9, 3.0, 8.0, 17.9, 18.0)]
    [0, 1, 5, 10, 15, 'adult']
    """
    if age_years is None:
        raise Missing("The age of the patient is not known.")
    if not 0 <= age_years <= _MOST_YEARS:
        raise Missing("The age of the patient is not between 0 and 130 years.")
    completed = math.floor(age_years)
    return next((age for last, age in _LAST_YEARS if completed <= last), "adult")


def age_assumption(age: Age) -> str:
    """Whom the coefficient is for, as a sentence."""
    return f"The coefficient for {_SPANS[age]}."


def _told(administration: Administration, product: str) -> Sequence[tuple[Tracer, ...]]:
    code: Code | None = administration.product.value if administration.product else None
    typed = administration.product_name.value if administration.product_name else ""
    coded = (of_code(code.scheme, code.value), of_name(code.meaning)) if code else ()
    return (*coded, of_name(product), of_name(typed))


def _coded_is_known(administration: Administration) -> None:
    """Errors: `Missing` for a coded product that is not known, whatever the typed name says."""
    code = administration.product.value if administration.product else None
    if code and not of_code(code.scheme, code.value) and not of_name(code.meaning):
        raise Missing(f"The coded radiopharmaceutical “{code.meaning or code.value}” is not known.")


def _no_other_nuclide(administration: Administration, nuclide: str, product: str) -> None:
    typed = administration.product_name.value if administration.product_name else ""
    others = (nuclides_named(product) | nuclides_named(typed)) - {nuclide}
    if others:
        raise Missing(f"The name of the radiopharmaceutical tells of {min(others)}, and the object of {nuclide}.")
