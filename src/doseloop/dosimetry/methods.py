"""Every method of dosimetry, and the edition that all of them and their coefficients make."""

import hashlib
from typing import Final

from doseloop.dosimetry import (
    effective_diameter,
    effective_dose_projection,
    entrance_kerma,
    entrance_kerma_from_output,
    kerma_calibration,
)
from doseloop.dosimetry.method import Method
from doseloop.reference.coefficients import coefficient_sets

METHODS: Final[tuple[Method, ...]] = (
    effective_diameter.METHOD,
    kerma_calibration.METHOD,
    entrance_kerma.METHOD,
    entrance_kerma_from_output.METHOD,
    effective_dose_projection.METHOD,
)
"""In the order of the documentation: size, CT, tracers, projection, mammography, conceptus, MR."""


def method(id_: str) -> Method:
    """The method of this id. Errors: `KeyError`."""
    return {one.id: one for one in METHODS}[id_]


def edition() -> str:
    """What tells whether values were computed by the methods and coefficients of today: twelve hexadecimal digits."""
    told = [f"{one.id}:{one.version}" for one in METHODS]
    told += [f"{one.id}:{one.version}" for one in coefficient_sets().values()]
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()[:12]
