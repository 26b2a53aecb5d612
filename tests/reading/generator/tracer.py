"""The Radiopharmaceutical Information Sequence of NM and PET images (PS3.3 sections C.8.4.10 and C.8.9.2)."""

from random import Random

from tests.reading.generator.content import CodeTriple, Content, Told
from tests.reading.generator.numbers import written
from tests.reading.generator.tags import coded, numbers, one, texts
from tests.reading.generator.writing import Element, Elements, of

NUCLIDES: tuple[CodeTriple, ...] = (("C-111A1", "SRT", "^18^Fluorine"), ("C-163A8", "SRT", "^99m^Technetium"))
AGENTS: tuple[CodeTriple, ...] = (("C-B1031", "SRT", "Fluorodeoxyglucose F^18^"),)
ROUTES: tuple[CodeTriple, ...] = (("G-D101", "SRT", "Intravenous route"),)
NUMBERS = (
    one("half_life_s", "RadionuclideHalfLife", zero=False),
    one("positron_fraction", "RadionuclidePositronFraction"),
    one("volume_ml", "RadiopharmaceuticalVolume", zero=False),
    one("specific_activity_mbq_umol", "RadiopharmaceuticalSpecificActivity", 1e-6, zero=False),
)
CODES = (
    ("radionuclide", "RadionuclideCodeSequence", NUCLIDES),
    ("product", "RadiopharmaceuticalCodeSequence", AGENTS),
    ("route", "AdministrationRouteCodeSequence", ROUTES),
)


def administrations(content: Content, factor: float) -> tuple[list[Element], Told]:
    """One or two administrations; `factor` turns a number of Radionuclide Total Dose into MBq."""
    chance = content.chance
    found = [_administration(content, factor) for _ in range(chance.choice((1, 1, 1, 2)))]
    sequence = of("RadiopharmaceuticalInformationSequence", [item for item, _ in found])
    return [sequence], {"administrations": [told for _, told in found]}


def _activity(chance: Random, factor: float) -> tuple[list[Element], Told]:
    """An activity in the kind's own unit, or in the other one, which its size tells."""
    mbq = chance.randint(10, 40_000) / 10
    bq = chance.random() < 0.1 if factor == 1.0 else chance.random() < 0.9
    return [of("RadionuclideTotalDose", written(chance, mbq * 1e6 if bq else mbq))], {"activity_mbq": mbq}


def _administration(content: Content, factor: float) -> tuple[Elements, Told]:
    chance = content.chance
    made: list[Element] = []
    told: Told = {}
    for more, of_more in (
        _activity(chance, factor),
        numbers(chance, NUMBERS),
        texts(content, (("product_name", "Radiopharmaceutical"),), 0.6),
    ):
        made += more
        told |= of_more
    for name, keyword, choices in CODES:
        if chance.random() < 0.6:
            element, told[name] = coded(chance, keyword, choices)
            made.append(element)
    if chance.random() < 0.6:
        made.append(of("RadiopharmaceuticalStartDateTime", "20260303090000"))
        told["started_at"] = "2026-03-03T09:00:00"
    if chance.random() < 0.4:
        told["event_uid"] = content.new_uid()
        made.append(of("RadiopharmaceuticalAdministrationEventUID", told["event_uid"]))
    return made, told
