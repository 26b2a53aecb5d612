"""Size-specific dose estimate of one CT acquisition: CTDIvol for the size of the patient (AAPM Reports 204, 220 and 293)."""

from math import exp, inf
from typing import Final

from doseloop.dosimetry.method import Method
from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.scanned_region import TRUNK, RegionNotRecorded, ScannedRegion, scanned_region
from doseloop.dosimetry.ssde_methods import AAPM_204, AAPM_220, AAPM_293
from doseloop.dosimetry.water_equivalent_diameter import LEAST_CERTAIN_SHARE
from doseloop.model.ct import CtEvent
from doseloop.model.diameter import Diameter
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.reference.coefficients import coefficient_set

OF_THE_TRUNK: Final = "ct-ssde-aapm204"
OF_THE_HEAD: Final = "ct-ssde-aapm293"
_ERROR: Final = 0.2
_STILL_TUBE: Final = "A localiser has no size-specific dose estimate: its tube stands still."
_STILL_TABLE: Final = (
    "A run of a table at rest has no size-specific dose estimate: the patient was not moved through the beam."
)
_UNFIT: Final = {
    "113805": _STILL_TUBE,
    "constant angle acquisition": _STILL_TUBE,
    "113806": _STILL_TABLE,
    "stationary acquisition": _STILL_TABLE,
}
"""By code of CT Acquisition Type, CID 10013 (PS3.16), and by its meaning, since makers write codes of their own."""
_HEAD: Final = frozenset({"head"})
_BESIDE_THE_TRUNK: Final = frozenset({"heart", "neck", "spine"})
_TAKEN_FOR_THE_TRUNK: Final = (
    "No region is recorded: it was taken for the trunk, since its CTDIvol is of the 32 cm phantom."
)
_QUANTITY_OF: Final = {"water-equivalent": "water_equivalent_diameter_mm", "effective": "effective_diameter_mm"}


def conversion_factor(diameter_cm: float, phantom_cm: int, coefficients: str = OF_THE_TRUNK) -> float:
    """SSDE in mGy for each mGy of CTDIvol of a phantom, at a diameter in cm. Errors: `Missing` outside of the tables.

    Values of AAPM Report 204, table 1D (32 cm phantom, diameters of 8, 20, 30 and 45 cm) and table 2D (16 cm phantom, 6, 16,
    20 and 55 cm), as transcribed in https://github.com/ckswilliams/medphunc (medphunc/misc/ssde.csv):

    >>> [round(conversion_factor(diameter, 32), 2) for diameter in (8, 20, 30, 45)]
    [2.76, 1.78, 1.23, 0.71]
    >>> [round(conversion_factor(diameter, 16), 2) for diameter in (6, 16, 20, 55)]
    [1.49, 1.01, 0.86, 0.22]
    """
    found = coefficient_set(coefficients)
    if (phantom_cm, "a") not in found.rows:
        raise Missing(f"There is no factor for a CTDIvol of the {phantom_cm} cm phantom in this region.")
    least, most = (float(found.facts[name][phantom_cm]) for name in ("least_diameter_cm", "most_diameter_cm"))
    if not least <= diameter_cm <= most:
        raise Missing(
            f"The diameter of {diameter_cm:.1f} cm is outside of the {least:g} to {most:g} cm that factors are for."
        )
    return found.rows[phantom_cm, "a"] * exp(-found.rows[phantom_cm, "b"] * diameter_cm)


def diameter_of(event: CtEvent, measured: Diameter | None) -> Diameter | None:
    """The diameter that an acquisition is judged by: measured in its images, else as the scanner states it (113980), else None."""
    stated = event.water_equivalent_diameter_mm
    if measured is not None or stated is None or not 0 < stated.value < inf:
        return measured
    return Diameter(stated.value, "water-equivalent", "object", "stated by the scanner")


def estimate(event: CtEvent, diameter: Diameter | None, procedure: str | None) -> Estimated:
    """SSDE in mGy of an acquisition, its region from its code or the exam's procedure; never raises for what is missing.

    Where no region is recorded and the CTDIvol is of the 32 cm phantom it is taken for the trunk, and is not the default.
    """
    method = AAPM_204 if diameter is not None and diameter.kind == "effective" else AAPM_220
    try:
        region = _region(event, procedure)
        method = AAPM_293 if region.parts == _HEAD else method
        return _estimate(event, diameter, region, method)
    except Missing as missing:
        return NotEstimated("ssde_mgy", method.id, str(missing))


def ratio_to_stated(event: CtEvent, estimated: Estimated) -> float | None:
    """The scanner's own SSDE (113930) over the estimate, a check of both; None where one of them is not there."""
    stated = event.ssde_mgy
    if stated is None or isinstance(estimated, NotEstimated):
        return None
    return stated.value / estimated.value


def _region(event: CtEvent, procedure: str | None) -> ScannedRegion:
    try:
        found = scanned_region(event, procedure)
    except RegionNotRecorded:
        if event.phantom_cm != 32:
            raise
        return ScannedRegion(TRUNK, "assumed", _TAKEN_FOR_THE_TRUNK)
    if found.parts == _HEAD or (found.parts & TRUNK and found.parts <= TRUNK | _BESIDE_THE_TRUNK):
        return found
    raise Missing(f"There are factors for the trunk and for the head alone, not for {found.words}.")


def _estimate(event: CtEvent, diameter: Diameter | None, region: ScannedRegion, method: Method) -> Estimate:
    ctdi_vol_mgy, phantom_cm = _output(event)
    size = _size(diameter, method)
    coefficients = OF_THE_HEAD if method is AAPM_293 else OF_THE_TRUNK
    value = ctdi_vol_mgy * conversion_factor(size.value_mm / 10, phantom_cm, coefficients)
    certain = (size.truncated_share or 0.0) <= LEAST_CERTAIN_SHARE
    verified = method.is_verified and coefficient_set(coefficients).is_verified and certain
    return Estimate(
        quantity="ssde_mgy",
        value=value,
        method=method.id,
        version=method.version,
        verified=verified,
        low=value * (1 - _ERROR) if verified else None,
        high=value * (1 + _ERROR) if verified else None,
        inputs=(
            Input("ctdi_vol_mgy", ctdi_vol_mgy, "object"),
            Input("phantom_cm", phantom_cm, "object"),
            Input(_QUANTITY_OF[size.kind], size.value_mm, size.source, size.detail),
            Input("region", region.words, region.source),
        ),
        coefficients=coefficients,
        assumptions=tuple(sentence for sentence in (region.assumption, _truncation(size)) if sentence),
        is_default=verified and region.source != "assumed",
    )


def _output(event: CtEvent) -> tuple[float, int]:
    """CTDIvol in mGy and its phantom in cm."""
    if event.acquisition_type is not None:
        code = event.acquisition_type.value
        unfit = _UNFIT.get(code.value) or _UNFIT.get(code.meaning.strip().casefold())
        if unfit is not None:
            raise Missing(unfit)
    if event.ctdi_vol_mgy is None:
        raise Missing("The CTDIvol is not recorded.")
    if not 0 < event.ctdi_vol_mgy.value < inf:
        raise Missing("The recorded CTDIvol cannot be, or is 0.")
    if event.phantom_cm is None:
        raise Missing("The phantom of the CTDIvol is not recorded.")
    return event.ctdi_vol_mgy.value, event.phantom_cm


def _size(diameter: Diameter | None, method: Method) -> Diameter:
    if diameter is None:
        raise Missing(
            "The size of the patient is not known: no images were measured, and the scanner states no diameter."
        )
    if method is AAPM_293 and diameter.kind == "effective":
        raise Missing(
            "The factors of the head are for a water-equivalent diameter, and only an effective diameter is known."
        )
    return diameter


def _truncation(size: Diameter) -> str:
    if not size.truncated_share:
        return ""
    return f"{size.truncated_share:.0%} of the outline lay outside of the field of view, and the diameter was corrected for it."
