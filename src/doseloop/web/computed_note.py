"""What a page says where its figures are of a computed quantity: by which methods, and how sure those are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from doseloop.dosimetry import kerma_calibration
from doseloop.dosimetry.method import Method
from doseloop.dosimetry.methods import METHODS
from doseloop.model.calibration import CALIBRATED
from doseloop.model.quantities import COMPUTED

_NONE = "No method computes it so far."
_NONE_VERIFIED = "An estimate that needs a physicist; no method of it is verified against a published example:"
_SOME_VERIFIED = (
    "An estimate that needs a physicist; figures leave out what a method that is not verified computes. Its methods:"
)
_ALL_VERIFIED = "An estimate that needs a physicist, by methods that are verified against published examples:"
_MADE_FROM: Final[Mapping[str, str]] = {"ssde_mgy": "water_equivalent_diameter_mm"}
"""Computed quantities that are made from another computed one."""


@dataclass(frozen=True, slots=True)
class ComputedNote:
    """What is said of a computed quantity."""

    methods: tuple[Method, ...]
    """Those that compute it, in the order of the documentation."""
    sentence: str
    rests_on: tuple[Method, ...] = ()
    """Methods that are not verified and that compute what it is made from."""

    @property
    def is_verified(self) -> bool:
        """Whether any of its methods is verified."""
        return any(one.is_verified for one in self.methods)


def computed_note(quantity: str) -> ComputedNote | None:
    """What is said where figures of the quantity are shown; None of one that objects state."""
    if quantity not in COMPUTED:
        return None
    methods = _methods_of(quantity)
    beneath = _methods_of(_MADE_FROM[quantity]) if quantity in _MADE_FROM else ()
    said = _said([one.is_verified for one in methods])
    return ComputedNote(methods, said, tuple(one for one in beneath if not one.is_verified))


def _methods_of(quantity: str) -> tuple[Method, ...]:
    if COMPUTED[quantity] in CALIBRATED:  # one method corrects both
        return (kerma_calibration.METHOD,)
    return tuple(one for one in METHODS if one.quantity == COMPUTED[quantity])


def _said(verified: list[bool]) -> str:
    if not verified:
        return _NONE
    if not any(verified):
        return _NONE_VERIFIED
    return _ALL_VERIFIED if all(verified) else _SOME_VERIFIED
