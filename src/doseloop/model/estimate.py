"""A value that Doseloop computed: what it was made from, by which method, and how sure it is."""

from dataclasses import dataclass
from typing import Literal

InputSource = Literal["object", "images", "exam", "procedure", "scanner", "site", "method", "assumed"]
"""Where an input came from. `object`: a dose object. `images`: the pixels of the series. `exam`: patient and study, united from
all objects. `procedure`: the standard procedure. `scanner`, `site`: what people entered for it. `method`: another estimate.
`assumed`: nothing was recorded, and the estimate says so."""


@dataclass(frozen=True, slots=True)
class Input:
    """One value that an estimate was made from."""

    name: str
    """A key of `model.quantities`, or a word of the field: `phantom_cm`, `region`, `age_years`."""
    value: float | str
    source: InputSource
    detail: str = ""
    """What more a person needs to find it: the method's id, the series, the sentence of the assumption."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A computed value in the quantity's own unit, with all that leads back to its source."""

    quantity: str
    """Key in `model.quantities`."""
    value: float
    method: str
    """Id in `dosimetry.methods`."""
    version: int
    verified: bool
    """Whether method and coefficients were verified; one that was not says so wherever it is seen."""
    low: float | None = None
    high: float | None = None
    """The interval that the source gives (`Method.uncertainty` says of what coverage); None where it gives none."""
    inputs: tuple[Input, ...] = ()
    coefficients: str = ""
    """Id of the set of coefficients; empty where the method needs none."""
    assumptions: tuple[str, ...] = ()
    """One sentence each: what was taken to be so since nothing told."""
    is_default: bool = True
    """Whether this value stands for its quantity in lists, figures and levels; others are shown beside it."""


@dataclass(frozen=True, slots=True)
class NotEstimated:
    """A value that could not be computed, and why: one sentence that says what is missing."""

    quantity: str
    method: str
    reason: str


Estimated = Estimate | NotEstimated


@dataclass(frozen=True, slots=True)
class ExamEstimates:
    """All that was computed of an exam."""

    events: tuple[tuple[Estimated, ...], ...]
    """Of each event, in the order of the exam."""
    parts: tuple[tuple[Estimated, ...], ...]
    """Of each part."""
    whole: tuple[Estimated, ...]
    edition: str
    """Of the methods and coefficients (`dosimetry.methods.edition`)."""


def default_of(found: tuple[Estimated, ...], quantity: str) -> Estimate | None:
    """The estimate that stands for a quantity; None where there is none."""
    return next(
        (one for one in found if isinstance(one, Estimate) and one.quantity == quantity and one.is_default), None
    )
