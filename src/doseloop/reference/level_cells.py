"""The columns of a site's own set of reference levels: what each cell may hold, and what it means."""

import difflib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, get_args

from doseloop.model.errors import UnusableInput
from doseloop.model.patient_group import Category, Sex
from doseloop.model.quantities import QUANTITIES
from doseloop.model.reference_level import Contrast, Kind, Phases, Scope, Statistic
from doseloop.reference.procedures import catalogue

LEVEL_QUANTITIES: Final = (
    "ctdi_vol_mgy", "dlp_mgy_cm", "ssde_mgy", "dap_gy_cm2", "ka_r_mgy", "ka_e_mgy", "ka_i_mgy", "fluoro_time_s", "agd_mgy",
    "activity_mbq", "activity_per_kg_mbq_kg",
)  # fmt: skip
VIEWS: Final = ("pa", "ap", "lateral", "cc", "mlo")
_ASCII_UNITS: Final = str.maketrans({".": "·", "2": "²", "u": "µ"})
_LARGEST: Final = 1e9


@dataclass(frozen=True, slots=True)
class Cell:
    """One column."""

    read: Callable[[str], Any]
    """The value of a cell that is not empty; raises `UnusableInput`."""
    meaning: str
    required: bool = False
    is_group: bool = False
    """Whether it is about the patients."""


def cell_value(cell: Cell, text: str) -> Any:
    """The value of a cell, None of an empty one. Errors: `UnusableInput`."""
    if text:
        return cell.read(text)
    if cell.required:
        raise UnusableInput("empty")
    return None


def _procedure(text: str) -> str:
    known = catalogue().procedures
    if text in known:
        return text
    near = difflib.get_close_matches(text, known, 3)
    raise UnusableInput(f"{text!r} is no key of the catalogue" + (f"; near are {', '.join(near)}" if near else ""))


def _quantity(text: str) -> str:
    by_name = {QUANTITIES[key].symbol.casefold(): key for key in LEVEL_QUANTITIES} | {
        key: key for key in LEVEL_QUANTITIES
    }
    if text.casefold() not in by_name:
        symbols = ", ".join(QUANTITIES[key].symbol for key in LEVEL_QUANTITIES)
        raise UnusableInput(f"{text!r} is no quantity that levels are for; those are {symbols}")
    return by_name[text.casefold()]


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise UnusableInput(f"{text!r} is no number; a point stands before decimals") from None
    if not math.isfinite(value) or not 0 <= value < _LARGEST:
        raise UnusableInput(f"{text!r} is no number from 0 to {_LARGEST:g}")
    return value


def _above_zero(text: str) -> float:
    value = _number(text)
    if value == 0:
        raise UnusableInput("0 is no level")
    return value


def _words(text: str) -> str:
    if any(ord(one) < ord(" ") and one not in "\r\n\t" for one in text):
        raise UnusableInput("has control characters")
    return text


def _phantom(text: str) -> int:
    if text not in ("16", "32"):
        raise UnusableInput(f"{text!r} is neither 16 nor 32")
    return int(text)


def _views(text: str) -> list[str]:
    found = text.casefold().split()
    wrong = [view for view in found if view not in VIEWS]
    if wrong or len(set(found)) < len(found):
        raise UnusableInput(f"{text!r} is not one or more of {', '.join(VIEWS)}, with spaces between")
    return found


def _one_of(kind: Any) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in get_args(kind):
            raise UnusableInput(f"{text!r} is none of {', '.join(get_args(kind))}")
        return text

    return read


def unit_label(text: str) -> str:
    """The label of a unit that may be typed in ASCII: `mGy.cm`, `Gy.cm2`, `uGy.m2`."""
    return text.translate(_ASCII_UNITS)


_AGE = "age in months; the lower end belongs to the group, the upper does not"
_WEIGHT = "weight in kg, as ages"
_THICKNESS = "thickness of the compressed breast in mm, as ages"

CELLS: Final[dict[str, Cell]] = {
    "procedure": Cell(_procedure, "key of a procedure of the catalogue, `ct-chest`", required=True),
    "quantity": Cell(_quantity, "key or symbol of the quantity, `DLP`", required=True),
    "value": Cell(_above_zero, "the level, a number with a decimal point", required=True),
    "unit": Cell(unit_label, "its unit, `mGy.cm` or `mGy·cm`", required=True),
    "category": Cell(_one_of(Category), "`adult`, `child` or `phantom`", required=True, is_group=True),
    "age_min_months": Cell(_number, _AGE, is_group=True),
    "age_max_months": Cell(_above_zero, _AGE, is_group=True),
    "weight_min_kg": Cell(_number, _WEIGHT, is_group=True),
    "weight_max_kg": Cell(_above_zero, _WEIGHT, is_group=True),
    "thickness_min_mm": Cell(_number, _THICKNESS, is_group=True),
    "thickness_max_mm": Cell(_above_zero, _THICKNESS, is_group=True),
    "sex": Cell(_one_of(Sex), "`female` or `male`; empty is both", is_group=True),
    "as_written": Cell(_words, "the procedure in the words of the source; empty is the catalogue's name"),
    "indication": Cell(_words, "what the exams are made for; alternatives with `/` between"),
    "technique": Cell(_words, "what else narrows it, `prospective acquisition`"),
    "contrast": Cell(_one_of(Contrast), "`with` or `without` contrast medium"),
    "phases": Cell(_one_of(Phases), "`single` or `multiple`"),
    "views": Cell(_views, "projections: `pa`, `ap`, `lateral`, `cc`, `mlo`"),
    "phantom_cm": Cell(_phantom, "`16` or `32`, of a CT level; without it nothing is compared"),
    "scope": Cell(_one_of(Scope), "per what: `" + "`, `".join(get_args(Scope)) + "`"),
    "kind": Cell(_one_of(Kind), "`DRL` (also if empty), `DRL_proposed`, `achievable` or `p25`"),
    "statistic": Cell(_one_of(Statistic), "`p75` (also if empty), `p50`, `p25`, `VGD` or `EDRL`"),
    "notes": Cell(_words, "anything else"),
}
REQUIRED: Final = tuple(name for name, one in CELLS.items() if one.required)
