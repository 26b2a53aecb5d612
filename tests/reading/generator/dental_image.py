"""Panoramic and intra-oral images (PS3.3 sections A.26 and A.27): radiographs by another name."""

from random import Random

from tests.reading.generator.content import Content, Told
from tests.reading.generator.exposure import exposure
from tests.reading.generator.made import Made
from tests.reading.generator.tags import image
from tests.reading.generator.writing import Element


def made(chance: Random) -> Made:
    """A dental image."""
    sop_class, modality = chance.choice((("1.1", "PX"), ("1.1.1", "PX"), ("1.3", "IO"), ("1.3.1", "IO")))
    return image(chance, sop_class, modality, _exposure)


def _exposure(content: Content) -> tuple[list[Element], Told]:
    elements, told = exposure(content)
    return elements, {"projection_events": [told]}
