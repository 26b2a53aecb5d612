"""The Radiation Summary Report of Siemens mobile C-arms: an Enhanced SR of a private template with totals alone."""

from random import Random

from tests.reading.generator import numbers as n
from tests.reading.generator.content import CodeTriple, Content, Told
from tests.reading.generator.made import Made
from tests.reading.generator.report import report
from tests.reading.generator.writing import Elements, of

SCHEME = "99SMS_RADSUM"
NUMBERS = (
    ("dap_gy_cm2", "C-204", "Dose Area Product", n.GY_CM2),
    ("ka_r_mgy", "C-210", "Air Kerma", n.MGY),
    ("fluoro_time_s", "C-202", "Fluoro Time", n.SECONDS),
    ("exposures", "C-200", "Number of Exposures", n.COUNT),
)
NOT_ATTEMPTED: CodeTriple = ("114007", "DCM", "Measurement not attempted")


def made(chance: Random) -> Made:
    """A summary."""
    return report(chance, "1", _body, ("C-10", SCHEME, "Radiation Summary Report"), ("1.2.840.10008.5.1.4.1.1.88.22",))


def _body(content: Content) -> tuple[list[Elements], Told]:
    items: list[Elements] = []
    plane: Told = {}
    for name, code, meaning, units in NUMBERS:
        unit = content.chance.choice([one for one in units if one.isascii()])
        if content.chance.random() < 0.2:  # empty, with the reason
            empty = content.numeric((code, SCHEME, meaning), None, unit)
            items.append([*empty, of("NumericValueQualifierCodeSequence", [_code()])])
        elif content.chance.random() < 0.8:
            value = n.number(content.chance, zero=True)
            items.append(content.numeric((code, SCHEME, meaning), n.written(content.chance, value), unit))
            plane[name] = value * units[unit]
    told: Told = {"plane_totals": [plane]}
    for name, code in (("started_at", "C-206"), ("ended_at", "C-208")):
        stamp, told[name] = content.when()
        items.append(content.item("DATETIME", (code, SCHEME, "Time"), of("DateTime", stamp)))
    return items, told


def _code() -> Elements:
    value, scheme, meaning = NOT_ATTEMPTED
    return [of("CodeValue", value), of("CodingSchemeDesignator", scheme), of("CodeMeaning", meaning)]
