"""Headers of PET images (PS3.3 sections A.21 and A.56): the administration that every slice tells of. Activity is in Bq."""

from doseloop.model.dose_object import DoseObject
from doseloop.model.errors import NotDose
from doseloop.reading.header import Header
from doseloop.reading.image import image_header
from doseloop.reading.surroundings import of_image
from doseloop.reading.tracer_image import MBQ_A_BQ, administrations


def pet_image(header: Header) -> DoseObject:
    """A PET image. Raises `NotDose` where its header tells of no administration."""
    image = image_header(header)
    found = administrations(header.tags, image, MBQ_A_BQ)
    if not found:
        raise NotDose(f"{header.sop_class_name}: its header tells of no administration (0054,0016)")
    return of_image(header, "pet image", "PT", image, administrations=found)
