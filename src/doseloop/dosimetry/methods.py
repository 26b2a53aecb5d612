"""Every method of dosimetry, and the edition that all of them and their coefficients make."""

import hashlib
from typing import Final

from doseloop.dosimetry import (
    conceptus_dose,
    conceptus_dose_ct,
    conceptus_dose_projection,
    conceptus_typical_range,
    effective_diameter,
    mr_operating_mode,
)
from doseloop.dosimetry.method import Method
from doseloop.reference.coefficients import coefficient_sets

METHODS: Final[tuple[Method, ...]] = (
    effective_diameter.METHOD,
    conceptus_dose_ct.METHOD,
    conceptus_dose_projection.METHOD,
    conceptus_typical_range.METHOD,
    conceptus_dose.METHOD,
    mr_operating_mode.METHOD,
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
