"""Deviation index: how far the exposure of a radiograph's detector is from its target (IEC 62494-1)."""

from math import isfinite, log10
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.recorded import above_zero
from doseloop.dosimetry.stated_ratio import StatedRatio
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.projection import ProjectionEvent

METHOD: Final = Method(
    id="deviation-index-iec-62494-1",
    version=1,
    quantity="deviation_index",
    title="Deviation index of a radiograph",
    equation="DI = 10 * log10(EI / EI_T)\nEI: exposure index; EI_T: target exposure index, both without unit",
    validity="Radiographs of one irradiation. Mammography, dental images, tomosynthesis, dual-energy images and runs are outside "
    "of the standard's first edition and are not computed where the object tells of them.",
    uncertainty="The standard gives none for the index; it is only as good as the target that the department has set.",
    sources=(
        Source(
            "IEC 62494-1:2008",
            "scope, as its publisher prints it",
            "https://standards.iteh.ai/catalog/standards/iec/9ae90c26-9fc6-481a-99f2-00666189d354/iec-62494-1-2008",
        ),
        Source(
            "Konica Minolta, Exposure Index Technical Guidebook",
            "formula, and table of differences of -50, -37, -21 and 0 % at -3, -2, -1 and 0",
            "https://www.scribd.com/document/627734788/Exposure-Index-Technical-Guidebook",
        ),
    ),
    example="deviation_index:deviation_index",
)

_STATIONARY: Final = "113611"
_NEAR: Final = 0.1
"""Scanners state one decimal. Our choice: one unit of it, so that cut and rounded decimals both agree."""


def deviation_index(exposure_index: float, target_exposure_index: float) -> float:
    """Tenths of a decade from target to exposure index; 0 is on target, below 0 under-exposed. Errors: `ValueError` unless both
    are finite and above 0.

    Worked values: Konica Minolta, Exposure Index Technical Guidebook (its address is in `METHOD`), table beside the formula: half
    the target is -3, 37 % below it is -2, 21 % below it is -1, and the target itself is 0.

    >>> [round(deviation_index(percent, 100.0)) for percent in (50.0, 63.0, 79.0, 100.0)]
    [-3, -2, -1, 0]
    """
    if not all(isfinite(one) and one > 0 for one in (exposure_index, target_exposure_index)):
        raise ValueError("An exposure index and its target are above 0.")
    return 10 * (log10(exposure_index) - log10(target_exposure_index))


def estimate(event: ProjectionEvent) -> Estimated:
    """The deviation index of one exposure from the indices that its object records; the default where the object states none."""
    try:
        _check_scope(event)
        index = above_zero(event.exposure_index, "exposure index")
        target = above_zero(event.target_exposure_index, "target exposure index")
    except Missing as reason:
        return NotEstimated(METHOD.quantity, METHOD.id, str(reason))
    return Estimate(
        METHOD.quantity,
        deviation_index(index, target),
        METHOD.id,
        METHOD.version,
        METHOD.is_verified,
        inputs=(Input("exposure_index", index, "object"), Input("target_exposure_index", target, "object")),
        assumptions=(
            "The exposure index was taken to be that of IEC 62494-1, which goes with the detector's exposure.",
        ),
        is_default=event.deviation_index is None,
    )


def ratio_to_stated(event: ProjectionEvent, estimated: Estimated) -> StatedRatio | None:
    """Exposure of the detector by the computed index over that by the stated one; None where either is missing."""
    stated = event.deviation_index
    if stated is None or not isfinite(stated.value) or isinstance(estimated, NotEstimated):
        return None
    low, high = 10 ** (-_NEAR / 10), 10 ** (_NEAR / 10)
    apart = min(max(estimated.value - stated.value, -1000.0), 1000.0)
    return StatedRatio(10 ** (apart / 10), low, high, "the exposure of the detector")


def _check_scope(event: ProjectionEvent) -> None:
    if event.breast is not None or event.agd_mgy is not None:
        raise Missing("IEC 62494-1:2008 does not cover mammography.")
    kind = event.irradiation_type
    if kind is not None and kind.value.value != _STATIONARY:
        raise Missing(f"IEC 62494-1:2008 covers single images, not what is recorded as {kind.value.meaning.lower()}.")
