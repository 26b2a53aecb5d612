"""Headers of dental images: panoramic and intra-oral (PS3.3 sections A.26 and A.27)."""

from dataclasses import replace

from doseloop.model.dose_object import DoseObject
from doseloop.reading.header import Header
from doseloop.reading.radiography import radiograph


def dental_image(header: Header) -> DoseObject:
    """A dental image: a radiograph by another name. Raises `NotDose` where its header tells of no exposure."""
    return replace(radiograph(header), kind="dental image", modality="PX")
