"""CT images, of one frame and of many (PS3.3 sections A.3 and A.38): what a header estimate is made from."""

from random import Random

from tests.reading.generator.content import CodeTriple, Content, Told
from tests.reading.generator.made import Made
from tests.reading.generator.tags import (
    CURRENT,
    EXPOSURE,
    TIME,
    Number,
    coded,
    image,
    numbers,
    one,
    shared,
    started,
    terms,
    texts,
)
from tests.reading.generator.writing import Element, of

PHANTOMS: dict[CodeTriple, int] = {
    ("113690", "DCM", "IEC Head Dosimetry Phantom"): 16,
    ("113691", "DCM", "IEC Body Dosimetry Phantom"): 32,
}
TYPES = {
    "CONSTANT_ANGLE": ("113805", "DCM", "Constant Angle Acquisition"),
    "SPIRAL": ("116152004", "SCT", "Spiral Acquisition"),
    "SEQUENCED": ("113804", "DCM", "Sequenced Acquisition"),
    "STATIONARY": ("113806", "DCM", "Stationary Acquisition"),
    "FREE": ("113807", "DCM", "Free Acquisition"),
}
NUMBERS = (
    Number("exposure_time_ms", TIME),
    Number("exposure_mas", EXPOSURE),
    one("pitch", "SpiralPitchFactor", zero=False),
    one("single_collimation_mm", "SingleCollimationWidth", zero=False),
    one("total_collimation_mm", "TotalCollimationWidth", zero=False),
    one("dose_saving_percent", "EstimatedDoseSaving"),
    one("water_equivalent_diameter_mm", "WaterEquivalentDiameter", zero=False),
)
SOURCE = (
    one("kvp", "KVP", zero=False),
    Number("tube_current_ma", CURRENT),
    one("rotation_time_s", "RevolutionTime", zero=False),
)
TERMS = (
    ("modulation", "ExposureModulationType", ("XYZ_EC", "NONE")),
    ("filter_material", "FilterMaterial", ("ALUMINUM",)),
)


def made(chance: Random) -> Made:
    """A CT image."""
    return image(chance, chance.choice(("2", "2.1")), "CT", _acquisition)


def _acquisition(content: Content) -> tuple[list[Element], Told]:
    chance = content.chance
    elements: list[Element] = [of("CTDIvol", (7.5,)), of("ImageType", "ORIGINAL\\PRIMARY\\AXIAL")]
    told: Told = {"ctdi_vol_mgy": 7.5}
    for more, of_more in (
        numbers(chance, NUMBERS),
        terms(chance, TERMS),
        texts(content, (("protocol", "ProtocolName"),)),
        started(chance),
    ):
        elements += more
        told |= of_more
    source, of_source = numbers(chance, SOURCE)
    told["sources"] = [of_source]
    if chance.random() < 0.3:  # of many frames
        elements += shared(chance, source, "CTXRayDetailsSequence")
    else:
        elements += source
    if chance.random() < 0.5:
        element, told["phantom"] = coded(chance, "CTDIPhantomTypeCodeSequence", tuple(PHANTOMS))
        told["phantom_cm"] = PHANTOMS[told["phantom"]]
        elements.append(element)
    if chance.random() < 0.5:
        word = chance.choice(tuple(TYPES))
        elements.append(of("AcquisitionType", word))
        told["acquisition_type"] = TYPES[word]
    if chance.random() < 0.4:
        told["event_uid"] = content.new_uid()
        elements.append(of("IrradiationEventUID", told["event_uid"]))
    return elements, {"ct_events": [told]}
