"""Radionuclides by one short name, whatever code or words an object has for them: `F-18`, `Tc-99m`."""

import re
from typing import Final

from doseloop.model.reading import Code

_ELEMENTS: Final = {
    "C": "carbon", "N": "nitrogen", "O": "oxygen", "F": "fluorine", "Na": "sodium", "P": "phosphorus", "Cr": "chromium",
    "Sc": "scandium", "Co": "cobalt", "Cu": "copper", "Ga": "gallium", "Kr": "krypton", "Rb": "rubidium", "Sr": "strontium",
    "Y": "yttrium", "Zr": "zirconium", "Tc": "technetium", "In": "indium", "I": "iodine", "Xe": "xenon", "Sm": "samarium",
    "Tb": "terbium", "Ho": "holmium", "Er": "erbium", "Lu": "lutetium", "Re": "rhenium", "Tl": "thallium", "Pb": "lead",
    "Bi": "bismuth", "At": "astatine", "Ra": "radium", "Ac": "actinium", "Se": "selenium", "Mo": "molybdenum",
}  # fmt: skip
_SYMBOLS: Final = {word: symbol for symbol, name in _ELEMENTS.items() for word in (name, symbol.casefold())}
_POSITRON_EMITTERS: Final = frozenset(
    (
        "C-11",
        "N-13",
        "O-15",
        "F-18",
        "Na-22",
        "Sc-44",
        "Cu-61",
        "Cu-62",
        "Cu-64",
        "Ga-68",
        "Rb-82",
        "Y-86",
        "Zr-89",
        "I-124",
    )
)
_RAISED: Final = re.compile(r"\^(\d{1,3}m?)\^")
_MASS_FIRST: Final = re.compile(r"\^?(\d{1,3}m?)\^?[\s\[\]-]*([A-Za-z]+)")
_ELEMENT_FIRST: Final = re.compile(r"([A-Za-z]+)[\s\[\]-]*\^?(\d{1,3}m?)\^?", re.IGNORECASE)


def radionuclide(code: Code) -> str:
    """The short name of a radionuclide (CID 18, 4020): its meaning as written where it is none that is known."""
    for mass, element in (*_MASS_FIRST.findall(code.meaning), *_swapped(code.meaning)):
        symbol = _SYMBOLS.get(element.casefold())
        if symbol:
            return f"{symbol}-{mass.lower()}"
    return code.meaning or code.value


def product_name(meaning: str) -> str:
    """The name of a product without the marks of a superscript: `Fluorodeoxyglucose F^18^` is `Fluorodeoxyglucose F-18`."""
    return _RAISED.sub(r"-\1", meaning).lstrip("-")


def emits_positrons(code: Code) -> bool:
    """Whether a PET scanner, not a gamma camera, counts it as a rule."""
    return radionuclide(code) in _POSITRON_EMITTERS


def _swapped(meaning: str) -> list[tuple[str, str]]:
    return [(mass, element) for element, mass in _ELEMENT_FIRST.findall(meaning)]
