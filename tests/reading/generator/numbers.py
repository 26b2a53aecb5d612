"""Numbers as makers write them, with their units in the spellings that are seen, and what they are in the field's unit."""

from collections.abc import Mapping
from random import Random
from typing import Final

Units = Mapping[str, float]
"""Code of a unit by what a number in it is multiplied by."""

MGY: Final = {"mGy": 1.0, "Gy": 1e3, "uGy": 1e-3, "mgy": 1.0}
MGY_CM: Final = {"mGy.cm": 1.0, "mGycm": 1.0, "mGy*cm": 1.0, "mGy·cm": 1.0, "Gy.cm": 1e3}
GY_CM2: Final = {"Gy.m2": 1e4, "Gym2": 1e4, "Gy.cm2": 1.0, "Gy*cm2": 1.0, "dGy.cm2": 0.1, "cGy.cm2": 0.01, "mGy.cm2": 1e-3,
                 "uGy.m2": 0.01, "Gy.cm^2": 1.0}  # fmt: skip
MSV: Final = {"mSv": 1.0}
KV: Final = {"kV": 1.0, "kVp": 1.0, "KV": 1.0}
MA: Final = {"mA": 1.0, "MA": 1.0}
MAS: Final = {"mA.s": 1.0, "mAs": 1.0, "uA.s": 1e-3}
SECONDS: Final = {"s": 1.0, "ms": 1e-3, "min": 60.0}
MILLISECONDS: Final = {"ms": 1.0, "s": 1e3}
MM: Final = {"mm": 1.0, "cm": 10.0, "m": 1e3}
CM2: Final = {"cm2": 1.0, "mm2": 0.01, "m2": 1e4}
MM2: Final = {"mm2": 1.0, "cm2": 100.0}
DEGREES: Final = {"deg": 1.0, "°": 1.0}
NEWTON: Final = {"N": 1.0, "daN": 10.0}
KPA: Final = {"kPa": 1.0, "Pa": 1e-3}
COUNT: Final = {"1": 1.0, "{events}": 1.0, "no units": 1.0}
PULSES: Final = {"1": 1.0, "{pulses}": 1.0}
RATIO: Final = {"{ratio}": 1.0, "1": 1.0, "ratio": 1.0}
PERCENT: Final = {"%": 1.0, "percent": 1.0}
PER_SECOND: Final = {"{pulse}/s": 1.0, "/s": 1.0}
MBQ: Final = {"MBq": 1.0, "Bq": 1e-6, "kBq": 1e-3, "mCi": 37.0}
MBQ_UMOL: Final = {"MBq/umol": 1.0, "GBq/umol": 1e3}
ML: Final = {"cm3": 1.0, "ml": 1.0}
GRAMS: Final = {"g": 1.0, "kg": 1e3}
KG: Final = {"kg": 1.0, "g": 1e-3}
METRES: Final = {"m": 1.0, "cm": 0.01}
YEARS: Final = {"a": 1.0}
HOURS: Final = {"h": 1.0, "min": 1 / 60}
MMOL_L: Final = {"mmol/l": 1.0}
MG_DL: Final = {"mg/dl": 1.0}
ML_MIN: Final = {"ml/min": 1.0}
KG_M2: Final = {"kg/m2": 1.0}
SQUARE_METRES: Final = {"m2": 1.0}
MSV_MGY_CM: Final = {"mSv.mGy-1.cm-1": 1.0}


def number(chance: Random, *, zero: bool = False, signed: bool = False) -> float:
    """A number of one to five digits between 0.001 and 10,000."""
    if zero and chance.random() < 0.1:
        return 0.0
    value = chance.randint(1, 99_999) / chance.choice((1, 10, 100, 1000, 10_000))
    return -value if signed and chance.random() < 0.4 else min(value, 9_999.0)


def written(chance: Random, value: float, *, comma: bool = False) -> str:
    """A number as text: also with an exponent, padding, or a decimal comma."""
    plain = f"{value:.10g}"
    ways = [
        plain,
        plain,
        plain,
        f"{value:.6e}",
        f"{value:.9e}".replace("e-0", "e-00").replace("e+0", "e+00"),
        f" {plain} ",
    ]
    if "." in plain:
        ways += [f"{plain}00", *([plain.replace(".", ",")] if comma else [])]
    if value > 0:
        ways.append(f"+{plain}")
    return chance.choice(ways)
