"""DX and CR images (PS3.3 sections A.2 and A.26)."""

from random import Random

from tests.reading.generator.content import Content, Told
from tests.reading.generator.exposure import exposure
from tests.reading.generator.made import Made
from tests.reading.generator.tags import image
from tests.reading.generator.writing import Element


def made(chance: Random) -> Made:
    """A radiograph."""
    sop_class, modality = chance.choice((("1.1", "DX"), ("1.1.1", "DX"), ("1", "CR"), ("1.1", "DR"), ("1.1", "OT")))
    return image(chance, sop_class, modality, _exposure)


def _exposure(content: Content) -> tuple[list[Element], Told]:
    elements, told = exposure(content)
    return elements, {"projection_events": [told]}
