"""Numbers and units as objects write them, to the unit of a field. An unknown unit is never guessed."""

import math
import re
from functools import lru_cache

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_IGNORED = re.compile(r"\{[^}]*\}|[\s.·⋅*^_()]|\*\*")

LONGEST_NUMBER = 64
"""Characters; a DS has 16 (PS3.5 section 6.2)."""
LONGEST_LIST = 65_534
"""Characters of several numbers; a DS with a 16-bit length has no more."""
LONGEST_UNIT = 64
LARGEST = 1e12
"""Past anything that is measured, in the finest unit in which it is written."""


def number_of(written: str) -> float | None:
    """One number (DS: `1.6e-005`, also a decimal comma), None where the text is no number that can be measured."""
    plain = written.strip(" \0")
    if len(plain) > LONGEST_NUMBER:
        return None
    if "," in plain and "." not in plain and plain.count(",") == 1:
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if abs(value) <= LARGEST else None


def numbers_of(written: str) -> list[float | None]:
    """All numbers of a value: parted by backslashes, or by commas where those cannot be decimal ones."""
    if len(written) > LONGEST_LIST:
        return [None]
    parts = written.split("\\")
    if len(parts) == 1 and (("," in written and "." in written) or written.count(",") > 1):
        parts = written.split(",")
    return [number_of(part) for part in parts if part.strip(" \0")]


@lru_cache(maxsize=512)
def plain_unit(written: str) -> str:
    """A unit without what is only spelling: `Gy.cm^2`, `Gy*cm2`, `Gycm2` and `Gy·cm²` are one."""
    return _IGNORED.sub("", written.replace("²", "2").replace("µ", "u").replace("μ", "u").replace("°", "deg"))


_GRAY_MGY = {"Gy": 1e3, "dGy": 1e2, "cGy": 10.0, "mGy": 1.0, "uGy": 1e-3, "nGy": 1e-6}
_LENGTH_MM = {"mm": 1.0, "cm": 10.0, "dm": 100.0, "m": 1e3, "um": 1e-3}
_AREA_CM2 = {"mm2": 1e-2, "cm2": 1.0, "dm2": 1e2, "m2": 1e4}
_TIME_S = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "msec": 1e-3, "us": 1e-6, "min": 60.0, "h": 3600.0}

MGY = dict(_GRAY_MGY)
MGY_CM = {
    spelling: dose * length / 10
    for dose_unit, dose in _GRAY_MGY.items()
    for length_unit, length in _LENGTH_MM.items()
    for spelling in (dose_unit + length_unit, length_unit + dose_unit)
}
GY_CM2 = {
    spelling: dose / 1e3 * area
    for dose_unit, dose in _GRAY_MGY.items()
    for area_unit, area in _AREA_CM2.items()
    for spelling in (dose_unit + area_unit, area_unit + dose_unit)
}
MSV = {"Sv": 1e3, "mSv": 1.0, "uSv": 1e-3}
KV = {"kV": 1.0, "kVp": 1.0, "V": 1e-3}
MA = {"A": 1e3, "mA": 1.0, "uA": 1e-3}
MAS = {"As": 1e3, "mAs": 1.0, "uAs": 1e-3}
SECONDS = dict(_TIME_S)
MILLISECONDS = {unit: factor * 1e3 for unit, factor in _TIME_S.items()}
MM = dict(_LENGTH_MM)
CM2 = dict(_AREA_CM2)
NEWTON = {"N": 1.0, "daN": 10.0, "kN": 1e3, "mN": 1e-3}
DEGREES = {"deg": 1.0, "degree": 1.0, "degrees": 1.0, "rad": 180 / math.pi}
PER_SECOND = {"/s": 1.0, "pulse/s": 1.0, "pulses/s": 1.0, "1/s": 1.0, "s-1": 1.0, "Hz": 1.0, "fps": 1.0, "/min": 1 / 60}
COUNT = {
    "": 1.0,
    "1": 1.0,
    "ratio": 1.0,
    "events": 1.0,
    "X-raysources": 1.0,
    "pulse": 1.0,
    "pulses": 1.0,
    "nounits": 1.0,
    "nounit": 1.0,
}
PERCENT = {"%": 1.0, "percent": 1.0, "1": 100.0, "ratio": 100.0}
MM2 = {unit: factor * 1e2 for unit, factor in _AREA_CM2.items()}
SQUARE_METRES = {unit: factor * 1e-4 for unit, factor in _AREA_CM2.items()}
METRES = {unit: factor * 1e-3 for unit, factor in _LENGTH_MM.items()}
KPA = {"kPa": 1.0, "Pa": 1e-3, "hPa": 0.1, "mmHg": 0.133322}
_ACTIVITY_MBQ = {
    "mBq": 1e-9,
    "Bq": 1e-6,
    "kBq": 1e-3,
    "MBq": 1.0,
    "GBq": 1e3,
    "Ci": 3.7e4,
    "mCi": 37.0,
    "uCi": 0.037,
}
MBQ = dict(_ACTIVITY_MBQ)
_AMOUNT_UMOL = {"mol": 1e6, "mmol": 1e3, "umol": 1.0, "nmol": 1e-3}
MBQ_UMOL = {
    f"{activity_unit}/{amount_unit}": activity / amount
    for activity_unit, activity in _ACTIVITY_MBQ.items()
    for amount_unit, amount in _AMOUNT_UMOL.items()
}
ML = {"ml": 1.0, "mL": 1.0, "cm3": 1.0, "cc": 1.0, "l": 1e3, "L": 1e3, "ul": 1e-3, "uL": 1e-3, "mm3": 1e-3}
KG = {"kg": 1.0, "g": 1e-3, "lb": 0.45359237, "[lbav]": 0.45359237}
GRAMS = {unit: factor * 1e3 for unit, factor in KG.items()}
HOURS = {unit: factor / 3600 for unit, factor in _TIME_S.items()}
YEARS = {"a": 1.0, "year": 1.0, "years": 1.0, "mo": 1 / 12, "wk": 7 / 365.25, "d": 1 / 365.25}
MMOL_L = {"mmol/l": 1.0, "mmol/L": 1.0, "mg/dl": 1 / 18.0156, "mg/dL": 1 / 18.0156}
MG_DL = {"mg/dl": 1.0, "mg/dL": 1.0, "umol/l": 0.0113, "umol/L": 0.0113}
ML_MIN = {"ml/min": 1.0, "mL/min": 1.0, "ml/min/": 1.0, "mL/min/": 1.0, "ml/min/173m2": 1.0}
KG_M2 = {"kg/m2": 1.0}
MSV_MGY_CM = {"mSv/mGycm": 1.0, "mSvmGy-1cm-1": 1.0, "Sv/Gycm": 1.0}
RATIO = {"": 1.0, "1": 1.0, "ratio": 1.0, "nounits": 1.0, "nounit": 1.0, "%": 1e-2}


def factor_to(field_units: dict[str, float], *written: str) -> float | None:
    """What to multiply by to get from the unit as written (its code, its meaning) to the field's unit.

    None where no spelling of it is known, or where code and meaning name units that differ. Upper and lower case are told
    apart first, and ignored only where that leaves a single unit.
    """
    factors = {_factor(field_units, spelling) for spelling in frozenset(written)} - {None}
    return factors.pop() if len(factors) == 1 else None


def _factor(field_units: dict[str, float], spelling: str) -> float | None:
    """The factor of one spelling; one that is longer than any unit is not looked at, since patterns take long on it."""
    if not spelling or len(spelling) > LONGEST_UNIT:
        return None
    plain = plain_unit(spelling)
    if plain in field_units:
        return field_units[plain]
    loose = plain.casefold()
    alike = {factor for unit, factor in field_units.items() if unit.casefold() == loose}
    return alike.pop() if len(alike) == 1 else None
