"""How the conceptus lay to an exposure, as a physicist says it."""

from dataclasses import dataclass
from typing import Final, Literal

from doseloop.model.diameter import Diameter

Placement = Literal["in field", "at edge", "outside"]
"""`in field`: the uterus wholly in the scan or beam. `at edge`: in part, or close to its edge, so that it may get anything in
between. `outside`: far from it, as in a scan that ends at the chest."""
PLACEMENTS: Final[tuple[Placement, ...]] = ("in field", "at edge", "outside")
View = Literal["AP", "PA"]
VIEWS: Final[tuple[View, ...]] = ("AP", "PA")


@dataclass(frozen=True, slots=True)
class UterusInEvent:
    """What one exposure's estimate needs beside the exposure. What was not said is None."""

    placement: Placement | None = None
    view: View | None = None
    """Of a projection, by the way of the beam through the patient."""
    diameter: Diameter | None = None
    """Of the patient at the height of the uterus."""
    entrance_kerma_mgy: float | None = None
    """Incident air kerma of a projection as the physicist gives it; None: that of the object."""
