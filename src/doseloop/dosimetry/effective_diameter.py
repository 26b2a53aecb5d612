"""Effective diameter: that of the circle with the area of the patient's cross-section (AAPM Report 204)."""

from math import sqrt
from typing import Final

from doseloop.dosimetry.method import Method, Source

METHOD: Final = Method(
    id="effective-diameter-aapm-204",
    version=1,
    quantity="effective_diameter_mm",
    title="Effective diameter of a cross-section",
    equation="D_eff = sqrt(AP * LAT)\nAP: anterior-posterior dimension, cm; LAT: lateral dimension, cm",
    validity="A cross-section that is nearly an ellipse. Lungs and bone are not told from water.",
    uncertainty="The report gives none.",
    sources=(Source("AAPM Report 204 (2011)", "section on patient size", "https://doi.org/10.37206/143"),),
    not_verified="The worked example of the report was not seen.",
)


def effective_diameter_cm(ap_cm: float, lateral_cm: float) -> float:
    """Diameter of the circle of the ellipse's area, cm, from both axes, cm. Errors: `ValueError` for an axis below 0.

    >>> effective_diameter_cm(20.0, 20.0)
    20.0
    """
    if ap_cm < 0 or lateral_cm < 0:
        raise ValueError("An axis of a cross-section is not below 0.")
    return sqrt(ap_cm * lateral_cm)
