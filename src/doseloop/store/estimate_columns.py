"""Columns of computed values. How each was computed is not stored: the same methods make it again from the record, and the
edition beside it says which methods those were."""

from typing import Final

from doseloop.model.estimate import Estimate, Estimated, ExamEstimates, default_of

_OF_TOTAL: Final = {"effective_dose_estimate_msv": "effective_dose_msv"}
_OF_EVENT: Final = {
    **{name: name for name in ("ssde_mgy", "water_equivalent_diameter_mm", "ka_i_mgy")},
    "agd_estimate_mgy": "agd_mgy",
    **_OF_TOTAL,
}
"""What the quantity of each column is called where it is estimated: what objects state has the plain name."""
_CORRECTED: Final = {"dap_corrected_gy_cm2": "dap_gy_cm2", "ka_r_corrected_mgy": "ka_r_mgy"}
_NOISE: Final = {"noise_hu": "noise_hu"}
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


def _standing(names: dict[str, str], found: tuple[Estimated, ...]) -> dict[str, float | None]:
    """What stands for its quantity."""
    estimates = {column: default_of(found, quantity) for column, quantity in names.items()}
    return {column: one.value if one else None for column, one in estimates.items()}


def _beside(names: dict[str, str], found: tuple[Estimated, ...]) -> dict[str, float | None]:
    """The only value that there is."""
    values = {one.quantity: one.value for one in found if isinstance(one, Estimate)}
    return {column: values.get(quantity) for column, quantity in names.items()}
