"""PET images (PS3.3 section A.21): activity in Bq."""

from random import Random

from tests.reading.generator.made import Made
from tests.reading.generator.tags import image
from tests.reading.generator.tracer import administrations

MBQ_A_BQ = 1e-6


def made(chance: Random) -> Made:
    """A PET image."""
    return image(chance, "128", "PT", lambda content: administrations(content, MBQ_A_BQ))
