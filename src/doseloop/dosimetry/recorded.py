"""Values that an object records, as a method needs them: there, finite and above 0."""

from math import isfinite

from doseloop.dosimetry.missing import Missing
from doseloop.model.reading import Reading


def above_zero(reading: Reading[float] | None, name: str) -> float:
    """The value of a reading. Errors: `Missing`, which calls it by its name, where it is missing or no number above 0."""
    if reading is None:
        raise Missing(f"The {name} is not recorded.")
    if not isfinite(reading.value) or reading.value <= 0:
        raise Missing(f"The {name} is recorded as {reading.recorded or reading.value}, which is no number above 0.")
    return reading.value
