"""The size of the patient where an acquisition was made, as one diameter, and the noise of its images."""

from dataclasses import dataclass
from typing import Literal

from doseloop.model.estimate import InputSource

DiameterKind = Literal["water-equivalent", "effective"]


@dataclass(frozen=True, slots=True)
class Diameter:
    """One diameter of one CT acquisition."""

    value_mm: float
    kind: DiameterKind
    source: InputSource
    """`images`: measured in its axial images. `object`: stated by the scanner."""
    detail: str = ""
    """Which series, how many images."""
    truncated_share: float | None = None
    """Share of the outline that lies outside of the field of view, 0 to 1, corrected for; None where it is not known."""


@dataclass(frozen=True, slots=True)
class MeasuredNoise:
    """The noise of the images of one CT acquisition."""

    value_hu: float
    detail: str = ""
    """Which series, how many images."""
