"""Headers of nuclear medicine images (PS3.3 section A.5): planar, whole body and SPECT. Activity is in MBq."""

from doseloop.model.dose_object import DoseObject
from doseloop.model.errors import NotDose
from doseloop.reading.header import Header
from doseloop.reading.image import image_header
from doseloop.reading.surroundings import of_image
from doseloop.reading.tracer_image import administrations


def nm_image(header: Header) -> DoseObject:
    """A nuclear medicine image. Raises `NotDose` where its header tells of no administration."""
    image = image_header(header)
    found = administrations(header.tags, image, 1.0)
    if not found:
        raise NotDose(f"{header.sop_class_name}: its header tells of no administration (0054,0016)")
    return of_image(header, "nuclear medicine image", "NM", image, administrations=found)
