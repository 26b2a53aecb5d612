"""A factor as a person wants it, checked."""

from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Final

from doseloop.model.calibration import CALIBRATED, PLANES, CalibratedQuantity, TubePlane
from doseloop.model.errors import UnusableInput

LEAST: Final = 0.3
MOST: Final = 3.0
"""Past these a unit is wrong, not a calibration. Of meters in use factors of 0.4 to 0.9 (Padovani et al. 2008, table and mattress
included) and of 0.94 to 1.18 (Øvrebø et al. 2009) were published."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class WantedCalibration:
    """What a person measured; dates are study dates, ISO, both included, an empty `until` is open."""

    scanner: int
    quantity: CalibratedQuantity
    plane: TubePlane
    factor: float
    since: str
    until: str
    uncertainty_percent: float | None
    measured_by: str
    reference: str

    def __post_init__(self) -> None:
        """Errors: `UnusableInput`, in one sentence that says what to write."""
        if self.quantity not in CALIBRATED:
            raise UnusableInput("Choose what was measured: kerma-area product or air kerma at the reference point.")
        if self.plane not in PLANES:
            raise UnusableInput("Choose the plane of the tube.")
        if not (isfinite(self.factor) and LEAST <= self.factor <= MOST):
            raise UnusableInput(
                f"A factor is measured over displayed, from {LEAST:g} to {MOST:g}. Further off the unit is wrong: see Plausibility."
            )
        percent = self.uncertainty_percent
        if percent is not None and not (isfinite(percent) and 0 < percent < 100):
            raise UnusableInput("An uncertainty is above 0 and below 100 per cent, or is left empty.")
        _check_day(self.since)
        if self.until:
            _check_day(self.until)
            if self.until < self.since:
                raise UnusableInput("The last day of a factor is before its first.")
        _check_words(self.measured_by, "Say who measured it.")
        _check_words(
            self.reference, "Say in which document the measurement stands: whoever looks later finds it by that."
        )


def _check_day(day: str) -> None:
    try:
        valid = date.fromisoformat(day).isoformat() == day
    except ValueError:
        valid = False
    if not valid:
        raise UnusableInput(f"{day[:20]!r} is no day. Write it as 2026-03-31.")


def _check_words(words: str, otherwise: str) -> None:
    if not words.strip():
        raise UnusableInput(otherwise)
    if len(words) > _LONGEST or not words.isprintable():
        raise UnusableInput(f"Names and documents have at most {_LONGEST} characters that can be printed.")
