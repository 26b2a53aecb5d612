"""Captures of Philips's dose screen: the Exposure Dose Sequence (0040,030E) with the maker's own elements for DLP and phantom."""

from random import Random

from tests.reading.generator import numbers as n
from tests.reading.generator.content import CodeTriple, Content, Told
from tests.reading.generator.ct_image import SOURCE, TYPES
from tests.reading.generator.made import Made
from tests.reading.generator.tags import TIME, Number, image, numbers, one
from tests.reading.generator.writing import Element, Elements, of

PHANTOMS: dict[str, tuple[CodeTriple, int]] = {
    "HEAD": (("113690", "DCM", "IEC Head Dosimetry Phantom"), 16),
    "BODY": (("113691", "DCM", "IEC Body Dosimetry Phantom"), 32),
}
NUMBERS = (
    Number("exposure_time_ms", TIME),
    one("scanning_length_mm", "ScanLength", zero=False),
    one("pitch", "SpiralPitchFactor", zero=False),
    one("single_collimation_mm", "SingleCollimationWidth", zero=False),
    one("total_collimation_mm", "TotalCollimationWidth", zero=False),
)


def made(chance: Random) -> Made:
    """A dose screen."""
    return image(chance, "7", "CT", _screen)


def _screen(content: Content) -> tuple[list[Element], Told]:
    chance = content.chance
    found = [_series(content) for _ in range(chance.randint(1, 3))]
    dlp = n.number(chance)
    made = [
        of("ExposureDoseSequence", [item for item, _ in found]),
        *_private(0x00E1, 0x21, "DS", n.written(chance, dlp)),
    ]
    totals: Told = {"dlp_mgy_cm": dlp}
    if chance.random() < 0.5:
        made.append(of("TotalNumberOfExposures", (len(found),)))
        totals["events"] = len(found)
    if chance.random() < 0.5:
        comment = "Event=1 Study"
        made.append(of("CommentsOnRadiationDose", comment))
        return made, {"ct_events": [told for _, told in found], "ct_totals": totals, "comment_on_dose": comment}
    return made, {"ct_events": [told for _, told in found], "ct_totals": totals}


def _series(content: Content) -> tuple[Elements, Told]:
    chance = content.chance
    index = chance.randint(0, 400) / 10
    made: list[Element] = [of("CTDIvol", (index,)), of("SeriesDescription", "Helical")]
    told: Told = {"ctdi_vol_mgy": index, "protocol": "Helical", "series_description": "Helical"}
    more, of_more = numbers(chance, NUMBERS)
    source, of_source = numbers(chance, SOURCE)
    told |= of_more | {"sources": [of_source]}
    if chance.random() < 0.7:
        dlp = n.number(chance)
        made += _private(0x00E1, 0x21, "DS", n.written(chance, dlp))
        told["dlp_mgy_cm"] = dlp
    if chance.random() < 0.5:
        word = chance.choice(tuple(PHANTOMS))
        made += _private(0x01E1, 0x26, "CS", word)
        told["phantom"], told["phantom_cm"] = PHANTOMS[word]
    if chance.random() < 0.5:
        word = chance.choice(tuple(TYPES))
        made.append(of("AcquisitionType", word))
        told["acquisition_type"] = TYPES[word]
    return [*made, *more, *source], told


def _private(group: int, last: int, vr: str, value: str) -> list[Element]:
    """A private element of ELSCINT1 with the one that reserves its block."""
    return [Element(group << 16 | 0x10, "LO", "ELSCINT1"), Element(group << 16 | 0x1000 | last, vr, value)]
