"""One axial CT image measured: size and noise of the patient in it."""

from dataclasses import replace
from typing import Final

from doseloop.dosimetry.blocks import Plane
from doseloop.dosimetry.global_noise_level import noise_hu
from doseloop.dosimetry.patient_outline import Outline, outline
from doseloop.dosimetry.truncation import correction, is_told_by_its_share, truncated_share
from doseloop.dosimetry.water_equivalent_diameter import diameter_of_area_mm, water_equivalent_area_mm2
from doseloop.model.ct_series import SliceMeasure, Why

MOST_MEAN_HU: Final = 1000.0
"""Our own line: no cross-section is as dense as bone throughout; pixels that say so are no CT numbers."""

DIAMETERS_MM: Final = (20.0, 900.0)
"""Our own line: from a newborn's wrist to more than the opening of a gantry; beyond it the spacing of the pixels is wrong."""


def measured(plane: Plane, spacing_mm: tuple[float, float]) -> SliceMeasure | Why:
    """Size and noise of the patient in an axial image, or why there is none.

    `plane`: CT numbers, HU, rows x columns; what is below -1500 HU lies outside of the circle of reconstruction, NaN counts as
    air. `spacing_mm`: distance of rows and of columns (Pixel Spacing, 0028,0030). Errors: `ValueError` for an image that is not
    two-dimensional or a spacing that is not above 0.
    """
    patient = outline(plane, spacing_mm)
    if patient is None:
        return "no-patient"
    size = _size_of(patient)
    if not isinstance(size, SliceMeasure):
        return size
    if size.mean_hu > MOST_MEAN_HU:
        return "not-hu"
    if not DIAMETERS_MM[0] <= size.water_equivalent_diameter_mm <= DIAMETERS_MM[1]:
        return "implausible"
    return replace(size, noise_hu=noise_hu(plane, spacing_mm, patient))


def _size_of(patient: Outline) -> SliceMeasure | Why:
    """Size of the patient whose outline was found, without noise; the reason where the field of view cuts too much of it.

    What the field of view cuts is corrected for in the water-equivalent diameter alone.
    """
    area = patient.area_cm2
    mean_hu = (patient.water_cm2 / area - 1) * 1000
    share = truncated_share(patient)
    if share and not is_told_by_its_share(patient, share):
        return "truncated"
    seen = diameter_of_area_mm(100 * water_equivalent_area_mm2(mean_hu, area))
    return SliceMeasure(seen * correction(share), diameter_of_area_mm(100 * area), mean_hu, area, share)
