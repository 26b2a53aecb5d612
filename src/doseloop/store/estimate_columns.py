"""Columns of computed values. How each was computed is not stored: the same methods make it again from the record, and the
edition beside it says which methods those were."""

from typing import Final

from doseloop.model.estimate import Estimate, Estimated, ExamEstimates, default_of

_TOTALS: Final = {
    "effective_dose_estimate_msv": "effective_dose_msv",
    "dap_corrected_gy_cm2": "dap_gy_cm2",
    "ka_r_corrected_mgy": "ka_r_mgy",
}
"""What the quantity of each column is called where it is estimated: what objects state has the plain name."""
_OF_EVENT: Final = {
    **{name: name for name in ("ssde_mgy", "water_equivalent_diameter_mm", "noise_hu", "ka_i_mgy")},
    "agd_estimate_mgy": "agd_mgy",
    **_TOTALS,
}
EVENT: Final = tuple(_OF_EVENT)
TOTALS: Final = tuple(_TOTALS)
"""Of parts and of exams."""


def of_event(found: tuple[Estimated, ...]) -> dict[str, float | None]:
    """The columns of an event. Noise has one method, which is not verified: pages say so beside it."""
    noise = next((one.value for one in found if isinstance(one, Estimate) and one.quantity == "noise_hu"), None)
    return {**_columns(_OF_EVENT, found), "noise_hu": noise}


def of_total(found: tuple[Estimated, ...]) -> dict[str, float | None]:
    """The columns of a part or of an exam."""
    return _columns(_TOTALS, found)


def of_exam(found: ExamEstimates) -> dict[str, float | str | None]:
    """The columns of an exam, with the edition of what made them."""
    return {**of_total(found.whole), "methods_edition": found.edition}


def _columns(names: dict[str, str], found: tuple[Estimated, ...]) -> dict[str, float | None]:
    estimates = {column: default_of(found, quantity) for column, quantity in names.items()}
    return {column: one.value if one else None for column, one in estimates.items()}
