"""What a page says where its figures are of a computed quantity: by which methods, and how sure those are."""

from dataclasses import dataclass

from doseloop.dosimetry.method import Method
from doseloop.dosimetry.methods import METHODS
from doseloop.model.quantities import COMPUTED

_NONE = "No method computes it so far."
_NONE_VERIFIED = "An estimate that needs a physicist; no method of it is verified against a published example:"
_SOME_VERIFIED = (
    "An estimate that needs a physicist; figures leave out what a method that is not verified computes. Its methods:"
)
_ALL_VERIFIED = "An estimate that needs a physicist, by methods that are verified against published examples:"


@dataclass(frozen=True, slots=True)
class ComputedNote:
    """What is said of a computed quantity."""

    methods: tuple[Method, ...]
    """Those that compute it, in the order of the documentation."""
    sentence: str

    @property
    def is_verified(self) -> bool:
        """Whether any of its methods is verified."""
        return any(one.is_verified for one in self.methods)


def computed_note(quantity: str) -> ComputedNote | None:
    """What is said where figures of the quantity are shown; None of one that objects state."""
    if quantity not in COMPUTED:
        return None
    methods = tuple(one for one in METHODS if one.quantity == COMPUTED[quantity])
    return ComputedNote(methods, _said([one.is_verified for one in methods]))


def _said(verified: list[bool]) -> str:
    if not verified:
        return _NONE
    if not any(verified):
        return _NONE_VERIFIED
    return _ALL_VERIFIED if all(verified) else _SOME_VERIFIED
