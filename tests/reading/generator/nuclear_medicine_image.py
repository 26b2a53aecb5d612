"""Nuclear medicine images (PS3.3 section A.5): activity in MBq."""

from random import Random

from tests.reading.generator.made import Made
from tests.reading.generator.tags import image
from tests.reading.generator.tracer import administrations


def made(chance: Random) -> Made:
    """A nuclear medicine image."""
    return image(chance, "20", "NM", lambda content: administrations(content, 1.0))
