"""Every method of dosimetry, and the edition that all of them and their coefficients make."""

import hashlib
from doctest import DocTestParser, Example
from functools import cache
from importlib import import_module
from typing import Final

from doseloop.dosimetry import (
    act,
    activity_per_kg,
    conceptus_dose,
    conceptus_dose_ct,
    conceptus_dose_projection,
    conceptus_typical_range,
    deviation_index,
    effective_diameter,
    effective_dose_ct_methods,
    effective_dose_projection,
    effective_dose_tracer,
    entrance_kerma,
    entrance_kerma_from_output,
    glandular_dose,
    kerma_calibration,
    mr_operating_mode,
    noise,
    paediatric_activity,
    paediatric_activity_ratio,
    ssde_methods,
    water_equivalent_diameter,
)
from doseloop.dosimetry.method import Method
from doseloop.reference.coefficients import coefficient_sets

METHODS: Final[tuple[Method, ...]] = (
    effective_diameter.METHOD,
    water_equivalent_diameter.METHOD,
    noise.METHOD,
    ssde_methods.AAPM_204,
    ssde_methods.AAPM_220,
    ssde_methods.AAPM_293,
    effective_dose_ct_methods.ICRP_103,
    effective_dose_ct_methods.ICRP_60,
    effective_dose_tracer.METHOD,
    act.METHOD,
    activity_per_kg.METHOD,
    paediatric_activity.METHOD,
    paediatric_activity_ratio.METHOD,
    kerma_calibration.METHOD,
    entrance_kerma.METHOD,
    entrance_kerma_from_output.METHOD,
    effective_dose_projection.METHOD,
    deviation_index.METHOD,
    glandular_dose.METHOD,
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


def versions() -> dict[str, int]:
    """The version of each method and of each set of coefficients, by id."""
    of_methods = {one.id: one.version for one in METHODS}
    return of_methods | {one.id: one.version for one in coefficient_sets().values()}


@cache
def edition() -> str:
    """What tells whether values were computed by the methods and coefficients of today: twelve hexadecimal digits."""
    told = sorted(f"{id_}:{version}" for id_, version in versions().items())
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def worked_example(one: Method) -> tuple[str, list[Example]]:
    """The published example of a method, from the docstring of its function: where it stands, in words, and what is computed.
    Where none was seen, the words say what follows from that."""
    if not one.example:
        return (
            "No published one has been seen. Until one is, the method stays not verified and is never the default.",
            [],
        )
    module, _, function = one.example.partition(":")
    told = getattr(import_module(f"doseloop.dosimetry.{module}"), function).__doc__ or ""
    pieces = DocTestParser().parse(told)
    words = " ".join(" ".join(piece for piece in pieces if isinstance(piece, str)).split("\n\n", 1)[-1].split())
    return words, [piece for piece in pieces if isinstance(piece, Example)]
