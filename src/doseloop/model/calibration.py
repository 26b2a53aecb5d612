"""How far what a tube displays is from what was measured: one factor for one quantity of one tube, since a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from doseloop.model.reading import Code, Reading

CalibratedQuantity = Literal["dap_gy_cm2", "ka_r_mgy"]
CALIBRATED: Final[tuple[CalibratedQuantity, ...]] = ("dap_gy_cm2", "ka_r_mgy")
TubePlane = Literal["single", "A", "B"]
PLANES: Final[Mapping[TubePlane, str]] = MappingProxyType({"single": "Single plane", "A": "Plane A", "B": "Plane B"})
"""The planes of CID 10003 (113622, 113620, 113621) with their names."""
PLANES_SAID: Final[Mapping[str, str]] = MappingProxyType({"single": "single plane", "A": "plane A", "B": "plane B"})
"""The same within a sentence."""
_CODES: Final[Mapping[str, TubePlane]] = MappingProxyType({"113622": "single", "113620": "A", "113621": "B"})
_MEANINGS: Final = {name.casefold(): plane for plane, name in PLANES.items()}


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a person measured at a tube."""

    id: str
    """`K0001`."""
    quantity: CalibratedQuantity
    plane: TubePlane
    factor: float
    """Measured over displayed: what the displayed value is multiplied by."""
    since: str
    """First study date that it holds for, ISO."""
    until: str = ""
    """Last study date, ISO; empty where it holds until a newer one begins."""
    uncertainty_percent: float | None = None
    """Expanded uncertainty of the factor (k = 2), per cent; None where nobody stated it."""
    measured_by: str = ""
    reference: str = ""
    """The document that the measurement stands in."""


def plane_of(recorded: Reading[Code] | None) -> TubePlane | None:
    """The plane that an object names (113764); `single` where it names none, None where its words are not known."""
    if recorded is None:
        return "single"
    return _CODES.get(recorded.value.value) or _MEANINGS.get(recorded.value.meaning.strip().casefold())
