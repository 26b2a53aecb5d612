"""Water-equivalent diameter: that of the water cylinder which weakens a beam as a cross-section does (AAPM Report 220)."""

from math import pi, sqrt
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.model.diameter import Diameter
from doseloop.model.estimate import Estimate, Input

METHOD: Final = Method(
    id="water-equivalent-diameter-aapm-220",
    version=1,
    quantity="water_equivalent_diameter_mm",
    title="Water-equivalent diameter from axial CT images",
    equation="A_w = (mean CT / 1000 + 1) A\n"
    "D_w = 2 sqrt(A_w / π) exp(1.15 t³)\n"
    "mean CT: mean CT number of the patient's cross-section, HU; A: its area, mm²; t: share of its outline that the field of view "
    "cuts, 0 to 1 (0: no correction)",
    validity="Axial images in Hounsfield units that hold the patient, or of whom the field of view cuts up to half of the outline; "
    "there only where the outline, completed by an ellipse, gives the same diameter to 2 %. Otherwise there is none. A table that "
    "is solid and thicker than a centimetre, where the patient lies on it, may be taken for a part of the patient.",
    uncertainty="The report gives none. A water cylinder, whose water-equivalent diameter is its own by definition, is found to "
    "2 %. For cut outlines (share 30 to 50 %, cut alike on both sides) the correction left "
    "-0.7 ± 3.9 % in chests and 2.2 ± 3.5 % in abdomens; on one side alone -17 ± 9 % and -16 ± 12 %, which is why those are not "
    "shown.",
    sources=(
        Source("AAPM Report 220 (2014)", "section 2.1, as programs quote it", "https://doi.org/10.37206/146"),
        Source(
            "DICOMwaterequivalent, public program",
            "README, example of a patient of a public image repository",
            "https://github.com/cwverhey/DICOMwaterequivalent",
        ),
        Source("Anam et al. (2017), truncated images", "correction, as programs quote it"),
        Source(
            "Influence of image truncation on the calculation of water equivalent diameter (EFOMP abstract P014)",
            "results",
            "https://discovery.researcher.life/article/p014-influence-of-image-truncation-on-the-calculation-of-water-equivalent-"
            "diameter-in-computed-tomography-examinations/72bbf0cdd7d1301bbf0e0f6f56a428e2",
        ),
    ),
    example="water_equivalent_diameter:diameter_of_area_mm",
)


LEAST_CERTAIN_SHARE: Final = 0.2
"""Our own line: where more of the outline is cut, the correction, whose paper was not seen, is above 1 %, and the diameter is not
verified."""


def estimate(size: Diameter | None) -> Estimate | None:
    """What was measured in the images of an acquisition; None where nothing was."""
    if size is None or size.source != "images":
        return None
    certain = (size.truncated_share or 0.0) <= LEAST_CERTAIN_SHARE
    return Estimate(
        quantity=METHOD.quantity,
        value=size.value_mm,
        method=METHOD.id,
        version=METHOD.version,
        verified=certain,
        inputs=(Input("truncated_share", size.truncated_share or 0.0, "images", size.detail),),
        assumptions=() if certain else ("The correction for what the field of view cuts is not verified.",),
        is_default=certain,
    )


def diameter_of_area_mm(area_mm2: float) -> float:
    """Diameter of the circle of an area, mm. Errors: `ValueError` for an area below 0.

    The example in the README of DICOMwaterequivalent (`METHOD.sources`): a water-equivalent area of 24740.231 mm² and an outline of
    27518.491 mm².

    >>> round(diameter_of_area_mm(24740.231323242188), 6), round(diameter_of_area_mm(27518.49097592727), 6)
    (177.483072, 187.183415)
    """
    if area_mm2 < 0:
        raise ValueError("An area is not below 0.")
    return 2 * sqrt(area_mm2 / pi)


def water_equivalent_area_mm2(mean_hu: float, area_mm2: float) -> float:
    """Area of water that weakens a beam as a cross-section of that mean CT number and area does, mm². Errors: `ValueError` for a CT
    number below that of air or an area below 0.

    Analytic: water stands for itself and air for nothing.

    >>> water_equivalent_area_mm2(0.0, 50.0), water_equivalent_area_mm2(-1000.0, 50.0)
    (50.0, 0.0)
    """
    if mean_hu < -1000 or area_mm2 < 0:
        raise ValueError("There is no CT number below that of air, and no area below 0.")
    return (mean_hu / 1000 + 1) * area_mm2
