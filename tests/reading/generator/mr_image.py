"""MR images, of one frame and of many (PS3.3 sections A.4 and A.36): indices, and never doses."""

from random import Random

from tests.reading.generator.content import Content, Told
from tests.reading.generator.made import Made
from tests.reading.generator.tags import Number, as_written, image, numbers, one, shared, started, texts
from tests.reading.generator.writing import Element, Elements, of

NUMBERS = (
    one("b1_rms_ut", "B1rms"),
    one("db_dt_t_s", "dBdt"),
    one("field_strength_t", "MagneticFieldStrength", zero=False),
    one("repetition_time_ms", "RepetitionTime"),
    Number("echo_time_ms", (("EchoTime", 1.0),)),
    one("flip_angle_deg", "FlipAngle"),
    one("duration_s", "AcquisitionDuration"),
)
TEXTS = (("protocol", "ProtocolName"), ("sequence", "SequenceName"), ("transmit_coil", "TransmitCoilName"))
RATES = {
    "IEC_WHOLE_BODY": "sar_whole_body_w_kg",
    "IEC_PARTIAL_BODY": "sar_partial_body_w_kg",
    "IEC_HEAD": "sar_head_w_kg",
    "IEC_LOCAL": "sar_local_w_kg",
}
MODES = ("IEC_NORMAL", "IEC_FIRST_LEVEL", "IEC_SECOND_LEVEL")


def made(chance: Random) -> Made:
    """An MR image."""
    return image(chance, chance.choice(("4", "4.1")), "MR", _series)


def _series(content: Content) -> tuple[list[Element], Told]:
    chance = content.chance
    elements: list[Element] = []
    told: Told = {}
    for more, of_more in (numbers(chance, NUMBERS), texts(content, TEXTS), started(chance), _limits(chance)):
        elements += more
        told |= of_more
    return elements, {"mr_series": [told]}


def _limits(chance: Random) -> tuple[list[Element], Told]:
    """The rate of a plain image, or the rates and modes of one of many frames."""
    if chance.random() < 0.5:
        return [of("SAR", as_written(chance, "SAR", 1.25))], {"sar_whole_body_w_kg": 1.25}
    told: Told = {}
    rates: list[Elements] = []
    for definition in chance.sample(sorted(RATES), chance.randint(1, 4)):
        told[RATES[definition]] = chance.randint(1, 400) / 100
        value = of("SpecificAbsorptionRateValue", (told[RATES[definition]],))
        rates.append([of("SpecificAbsorptionRateDefinition", definition), value])
    fields = chance.sample(("RF", "GRADIENT"), chance.randint(0, 2))
    modes = {field: chance.choice(MODES) for field in fields}
    told |= {f"{field.lower()}_mode": mode for field, mode in modes.items()}
    told |= {"operating_mode": max(modes.values(), key=MODES.index)} if modes else {}
    items: list[Elements] = [
        [of("OperatingModeType", field), of("OperatingMode", mode)] for field, mode in modes.items()
    ]
    made = [of("SpecificAbsorptionRateSequence", rates), *([of("OperatingModeSequence", items)] if items else [])]
    return shared(chance, made, "MRTimingAndRelatedParametersSequence"), told
