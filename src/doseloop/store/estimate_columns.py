"""Columns of computed values. How each was computed is not stored: the same methods make it again from the record, and the
edition beside it says which methods those were."""

from functools import cache
from typing import Final

from doseloop.dosimetry.methods import METHODS
from doseloop.model.estimate import Estimate, Estimated, ExamEstimates, default_of
from doseloop.model.quantities import COMPUTED

_OF_TOTAL: Final = ("effective_dose_estimate_msv",)
_OF_EVENT: Final = ("ssde_mgy", "water_equivalent_diameter_mm", "ka_i_mgy", "agd_estimate_mgy", *_OF_TOTAL)
_CORRECTED: Final = ("dap_corrected_gy_cm2", "ka_r_corrected_mgy")
_NOISE: Final = ("noise_hu",)
"""Columns that stand for themselves alone, beside what is displayed: whether their method is verified the pages say."""
EVENT: Final = (*_OF_EVENT, *_CORRECTED, *_NOISE)
TOTALS: Final = (*_OF_TOTAL, *_CORRECTED)
"""Of parts and of exams."""


def of_event(found: tuple[Estimated, ...]) -> dict[str, float | None]:
    """The columns of an event."""
    return {**_standing(_OF_EVENT, found), **_beside(_CORRECTED, found), **_beside(_NOISE, found)}


def of_total(found: tuple[Estimated, ...]) -> dict[str, float | None]:
    """The columns of a part or of an exam."""
    return {**_standing(_OF_TOTAL, found), **_beside(_CORRECTED, found)}


def of_exam(found: ExamEstimates) -> dict[str, float | str | None]:
    """The columns of an exam, with the edition of what made them."""
    return {**of_total(found.whole), "methods_edition": found.edition}


def _standing(names: tuple[str, ...], found: tuple[Estimated, ...]) -> dict[str, float | None]:
    """What stands for its quantity."""
    estimates = {column: default_of(found, COMPUTED[column]) for column in names}
    return {column: one.value if one and _counts(one) else None for column, one in estimates.items()}


def _counts(one: Estimate) -> bool:
    """Whether figures may count it: verified, or of a quantity that no verified method computes, which pages then say."""
    return one.verified or one.quantity not in _quantities_with_a_verified_method()


@cache
def _quantities_with_a_verified_method() -> frozenset[str]:
    return frozenset(one.quantity for one in METHODS if one.is_verified)


def _beside(names: tuple[str, ...], found: tuple[Estimated, ...]) -> dict[str, float | None]:
    """The only value that there is."""
    values = {one.quantity: one.value for one in found if isinstance(one, Estimate)}
    return {column: values.get(COMPUTED[column]) for column in names}
