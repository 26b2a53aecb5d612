"""Headers of radiographs: DX and CR images (PS3.3 sections A.2, A.26; modules C.8.1 and C.8.11)."""

from doseloop.model.dose_object import DoseObject
from doseloop.model.errors import NotDose
from doseloop.reading.header import Header
from doseloop.reading.image import exposure, image_header, is_exposure
from doseloop.reading.surroundings import of_image


def radiograph(header: Header) -> DoseObject:
    """A radiograph. Raises `NotDose` where its header tells of no exposure."""
    image = image_header(header)
    event = exposure(header, image)
    if not is_exposure(event):
        raise NotDose(f"{header.sop_class_name}: its header tells of no exposure (no dose, kV, mA, time, mAs or index)")
    return of_image(header, "radiograph", "DX", image, projection_events=(event,))
