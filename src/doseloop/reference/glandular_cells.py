"""The columns of a table of glandular dose coefficients: what each cell may hold, and what it means."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, get_args

from doseloop.model.errors import UnusableInput
from doseloop.model.glandular_table import Technique

AIR_KERMA_MGY_PER_R: Final = 8.76
"""Air kerma of one roentgen of diagnostic X-rays, mGy: The skin dose of pelvic radiographs since 1896, table 4
(https://doi.org/10.1186/s13244-019-0710-1)."""

_MATERIALS: Final = ("Mo", "Rh", "W", "Ag", "Al", "Cu", "Pd", "Nb", "Ti", "Sn")


@dataclass(frozen=True, slots=True)
class Cell:
    """One column."""

    read: Callable[[str], Any]
    """The value of a cell that is not empty; raises `UnusableInput`."""
    meaning: str
    required: bool = False
    """Whether the file needs the column, and each line a value in it."""


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise UnusableInput(f"{text!r} is no number; a point stands before decimals") from None
        if not math.isfinite(value) or not low <= value <= high:
            raise UnusableInput(f"{text!r} is not from {low:g} to {high:g}")
        return value

    return read


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise UnusableInput(f"{text!r} is none of {', '.join(known)}")
        return text

    return read


PER_MGY: Final = "dgn_mgy_per_mgy"
PER_R: Final = "dgn_mgy_per_r"
_LEAST, _MOST = 0.03, 1.0
"""Our line: a coefficient in another unit (mrad/R, mGy/R, per cent) is mostly beyond it. A dose above the incident air kerma
cannot be at these energies."""

CELLS: Final[dict[str, Cell]] = {
    "target": Cell(_one_of(_MATERIALS), "symbol of the anode's material, `W`", required=True),
    "filter": Cell(_one_of(_MATERIALS), "symbol of the filter's material, `Rh`", required=True),
    "filter_um": Cell(
        _number(1, 5000), "thickness of the filter in µm; on all lines of a target and filter, or on none"
    ),
    "technique": Cell(_one_of(get_args(Technique)), "`2d` (also if empty) or `tomosynthesis`"),
    "kvp": Cell(_number(15, 60), "tube voltage in kV", required=True),
    "hvl_mm_al": Cell(_number(0.1, 6), "half-value layer in mm of aluminium", required=True),
    "thickness_cm": Cell(_number(1, 15), "thickness of the compressed breast in cm", required=True),
    "glandularity": Cell(_number(0, 100), "glandular tissue in per cent", required=True),
    PER_MGY: Cell(_number(_LEAST, _MOST), "glandular dose over incident air kerma, mGy/mGy; or else"),
    PER_R: Cell(
        _number(_LEAST * AIR_KERMA_MGY_PER_R, _MOST * AIR_KERMA_MGY_PER_R), "glandular dose over exposure, mGy/R"
    ),
}
