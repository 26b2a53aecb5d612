"""Effective dose of one CT acquisition from its dose-length product, by each set of coefficients that holds for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Final

from doseloop.dosimetry.ct_reference_age import ReferenceAge, ct_reference_age
from doseloop.dosimetry.dlp_coefficient import basis, k_msv_mgy_cm
from doseloop.dosimetry.effective_dose_ct_methods import ICRP_60, ICRP_103
from doseloop.dosimetry.method import Method
from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.scanned_region import ScannedRegion, scanned_region
from doseloop.model.ct import CtEvent
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.subject import Subject
from doseloop.reference.coefficients import CoefficientSet, Key, coefficient_set

DEFAULT_SET: Final = "ct-k-nci2012-icrp103"
SETS: Final = (DEFAULT_SET, "ct-k-icrp103-adult", "ct-k-nci2012-icrp60", "ct-k-aapm96")
"""Ids of the sets of coefficients; the first stands for the quantity where it is verified for the acquisition."""
_ERROR: Final = 0.4
_ROLES: Final = {
    "localiser": "The coefficient of a turning tube stands for a localiser, whose tube stands still.",
    "bolus tracking": "The coefficient of the whole region stands for bolus tracking at one level of it.",
}


def effective_dose_msv(dlp_mgy_cm: float, k: float) -> float:
    """Effective dose, mSv, from a dose-length product, mGy·cm, and its coefficient, mSv/(mGy·cm). Errors: `ValueError` below 0.

    A head of 582 mGy·cm has about 1.2 mSv, by the experts of medicalradiationinfo.org (`Method.sources`), here with the 0.0021
    of AAPM Report 96 for the head of an adult:

    >>> round(effective_dose_msv(582.0, 0.0021), 1)
    1.2
    """
    if dlp_mgy_cm < 0 or k < 0:
        raise ValueError("A dose-length product and its coefficient are not below 0.")
    return dlp_mgy_cm * k


@dataclass(frozen=True, slots=True)
class _Given:
    """What every set needs of an acquisition."""

    dlp_mgy_cm: float
    phantom_cm: int
    age_years: float
    age: ReferenceAge
    scanned: ScannedRegion
    role: str


def estimate(event: CtEvent, subject: Subject, procedure: str | None, role: str = "main") -> tuple[Estimated, ...]:
    """Effective dose in mSv by each set that holds for an acquisition, and why the first has none; `role` as in `ExamEvent`.

    At most one is the default: that of the first set, ICRP 103, where it is verified for region, age and phantom.
    """
    return worth_telling([*by_set(event, subject, procedure, role).values()])


def worth_telling(found: Sequence[Estimated]) -> tuple[Estimated, ...]:
    """The value of the first set, or why there is none, and those of others."""
    return (found[0], *(one for one in found[1:] if isinstance(one, Estimate)))


def by_set(event: CtEvent, subject: Subject, procedure: str | None, role: str = "main") -> dict[str, Estimated]:
    """Effective dose in mSv of an acquisition by the id of each set, in their order."""
    try:
        given = _given(event, subject, procedure, role)
    except Missing as missing:
        return {one: NotEstimated("effective_dose_msv", method_of(one).id, str(missing)) for one in SETS}
    return {one: _by(one, event, given) for one in SETS}


def method_of(set_id: str) -> Method:
    """The method whose tissue weights a set has."""
    return {"ICRP 103": ICRP_103, "ICRP 60": ICRP_60}[coefficient_set(set_id).facts["tissue_weights"]]


def _given(event: CtEvent, subject: Subject, procedure: str | None, role: str) -> _Given:
    dlp_mgy_cm, age = _dlp_mgy_cm(event), ct_reference_age(subject.age_years)
    scanned = scanned_region(event, procedure, of_the_exam=role == "localiser")
    if event.phantom_cm is None:
        raise Missing("The phantom of the dose-length product is not recorded.")
    return _Given(dlp_mgy_cm, event.phantom_cm, subject.age_years or 0.0, age, scanned, role)


def _by(set_id: str, event: CtEvent, given: _Given) -> Estimated:
    try:
        return _estimate(coefficient_set(set_id), event, given)
    except Missing as missing:
        return NotEstimated("effective_dose_msv", method_of(set_id).id, str(missing))


def _estimate(found: CoefficientSet, event: CtEvent, given: _Given) -> Estimate:
    held = basis(found, given.scanned.parts, given.age)
    if given.phantom_cm != held.phantom_cm:
        raise Missing(
            f"The coefficient is for the {held.phantom_cm} cm phantom, and the dose-length product is of {given.phantom_cm} cm."
        )
    kvp = _kvp(event) if "kvp" in found.keys else None
    k = k_msv_mgy_cm(found, held.region, given.age, kvp)
    method, value = method_of(found.id), effective_dose_msv(given.dlp_mgy_cm, k)
    verified = method.is_verified and found.is_verified and not held.doubt
    person = _person(given.age)
    sentences = (
        f"The reference person is {person}.",
        given.scanned.assumption,
        _ROLES.get(given.role, ""),
        _between(found, kvp),
        held.doubt,
    )
    return Estimate(
        quantity="effective_dose_msv",
        value=value,
        method=method.id,
        version=method.version,
        verified=verified,
        low=value * (1 - _ERROR),
        high=value * (1 + _ERROR),
        inputs=(
            Input("dlp_mgy_cm", given.dlp_mgy_cm, "object"),
            Input("phantom_cm", given.phantom_cm, "object"),
            Input("region", given.scanned.words, given.scanned.source),
            Input("age_years", given.age_years, "exam"),
            *(() if kvp is None else (Input("kvp", kvp, "object"),)),
            Input("k_msv_mgy_cm", k, "method", f"{held.region}, {person}"),
        ),
        coefficients=found.id,
        assumptions=tuple(sentence for sentence in sentences if sentence),
        is_default=verified and found.id == DEFAULT_SET,
    )


def _person(age: ReferenceAge) -> str:
    return "an adult" if age == "adult" else "a newborn" if age == 0 else f"a child of {age:g} years"


def _dlp_mgy_cm(event: CtEvent) -> float:
    if event.dlp_mgy_cm is None:
        raise Missing("The dose-length product is not recorded.")
    if not 0 <= event.dlp_mgy_cm.value < inf:
        raise Missing("The recorded dose-length product cannot be.")
    return event.dlp_mgy_cm.value


def _kvp(event: CtEvent) -> float | None:
    told = {source.kvp.value for source in event.sources if source.kvp is not None}
    if len(told) > 1:
        raise Missing("The tubes had different voltages, and the set is for one.")
    return next(iter(told), None)


def _between(found: CoefficientSet, kvp: float | None) -> str:
    if kvp is None or kvp in _voltages(found.id):
        return ""
    return f"The coefficient at {kvp:g} kV was interpolated between the voltages of the table."


@cache
def _voltages(set_id: str) -> frozenset[Key]:
    return frozenset(key[1] for key in coefficient_set(set_id).rows)
