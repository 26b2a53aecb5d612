"""Mammograms and tomosynthesis (PS3.3 sections A.27, A.55; modules C.8.11.7 and C.8.21.3): also as a CT or secondary capture image
whose modality is MG."""

from random import Random

from tests.reading.generator.content import Content, Told
from tests.reading.generator.exposure import exposure
from tests.reading.generator.made import Made
from tests.reading.generator.tags import image, numbers, one, terms
from tests.reading.generator.writing import Element

CLASSES = ("1.2", "1.2.1", "13.1.3", "13.1.4", "13.1.5", "2", "7")
NUMBERS = (
    one("half_value_layer_mm", "HalfValueLayer", zero=False),
    one("compression_thickness_mm", "BodyPartThickness"),
    one("compression_force_n", "CompressionForce"),
)
BREAST = (
    one("compression_pressure_kpa", "CompressionPressure"),
    one("contact_area_mm2", "CompressionContactArea"),
    one("scan_angle_deg", "ScanArc"),
)
TERMS = (("paddle", "PaddleDescription", ("18X24 SCREENING",)), ("organ", "OrganExposed", ("BREAST",)))


def made(chance: Random) -> Made:
    """A mammogram."""
    return image(chance, chance.choice(CLASSES), "MG", _exposure)


def _exposure(content: Content) -> tuple[list[Element], Told]:
    chance = content.chance
    elements, told = exposure(content)
    more, of_more = numbers(chance, NUMBERS)
    breast, of_breast = numbers(chance, BREAST)
    words, of_words = terms(chance, TERMS)
    anode, of_anode = terms(chance, (("anode", "AnodeTargetMaterial", ("RHODIUM", "TUNGSTEN")),))
    implant, of_implant = terms(chance, (("implant", "BreastImplantPresent", ("YES", "NO")),))
    told |= of_more | {name: ("", "", word) for name, word in of_anode.items()}
    told["breast"] = of_breast | of_words | {name: word == "YES" for name, word in of_implant.items()}
    return [*elements, *more, *breast, *words, *anode, *implant], {"projection_events": [told]}
