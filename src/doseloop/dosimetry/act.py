"""A PET/CT or SPECT/CT is one act: the effective doses of CT and tracer, added where both are of one kind."""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.reference.coefficients import coefficient_sets

METHOD: Final = Method(
    id="effective-dose-act",
    version=1,
    quantity="effective_dose_msv",
    title="Effective dose of CT and tracer together",
    equation="E = E_CT + E_tracer\nE_CT, E_tracer: effective dose of both parts, mSv",
    validity=(
        "Both parts are known and were weighted with the same tissue weights (ICRP 60 or ICRP 103). Else there is no sum, and both "
        "parts stand beside each other."
    ),
    uncertainty="That of both parts.",
    sources=(
        Source("Radiat Prot Dosimetry 141(1):50 (2010)", "abstract: 4.40 mSv of PET and 14.45 mSv of CT, 18.85 mSv in total", "https://www.ncbi.nlm.nih.gov/pubmed/20400773"),
    ),
    example="act:act_dose_msv",
)  # fmt: skip

_PUBLICATIONS: Final = ("ICRP 103", "ICRP 60")
"""Whose sum stands first."""


def act_dose_msv(ct_msv: float, tracer_msv: float) -> float:
    """Effective dose of both parts, mSv. Errors: `ValueError` for one below 0.

    The means of 35 patients in the abstract of Radiat Prot Dosimetry 141(1):50: 14.45 and 4.40 mSv are 18.85 mSv.

    >>> round(act_dose_msv(14.45, 4.40), 2)
    18.85
    """
    if not (ct_msv >= 0 and tracer_msv >= 0):
        raise ValueError("No effective dose is below 0.")
    return ct_msv + tracer_msv


def one_act(ct: Estimated | None, tracer: Estimated | None) -> Estimated:
    """The sum of both parts, or why there is none: a part is missing, or their tissue weights differ or are not told."""
    for part, what in ((ct, "the CT"), (tracer, "the tracer")):
        if part is None:
            return _no_sum(f"The effective dose of {what} is not known.")
        if isinstance(part, NotEstimated):
            return _no_sum(f"The effective dose of {what} is not known: {part.reason}")
    assert isinstance(ct, Estimate)
    assert isinstance(tracer, Estimate)
    weights = [tissue_weights(one) for one in (ct, tracer)]
    if not all(weights):
        return _no_sum("The tissue weights of both parts are not told, so they are not added.")
    if len(set(weights)) != 1:
        return _no_sum(f"The CT is weighted by {weights[0]} and the tracer by {weights[1]}, so they are not added.")
    return _sum(ct, tracer, weights[0])


def acts(cts: Iterable[Estimated], tracers: Iterable[Estimated]) -> tuple[Estimate, ...]:
    """Every sum that the values of one act allow, ICRP 103 first; none where no two of them were weighted alike.

    The first of them stands for the act where both of its parts are verified.
    """
    sums = [one for one in (one_act(*both) for both in product(cts, tracers)) if isinstance(one, Estimate)]
    sums.sort(key=lambda one: (not one.verified, _PUBLICATIONS.index(tissue_weights(one))))
    return tuple(replace(one, is_default=one.is_default and place == 0) for place, one in enumerate(sums))


def tissue_weights(estimate: Estimate) -> str:
    """`ICRP 60` or `ICRP 103`; empty where its coefficients do not tell."""
    told = next((one.value for one in estimate.inputs if one.name == "tissue_weights"), None)
    known = coefficient_sets().get(estimate.coefficients)
    weights = str(told or (known.facts.get("tissue_weights", "") if known else ""))
    return weights if weights in _PUBLICATIONS else ""


def _sum(ct: Estimate, tracer: Estimate, weights: str) -> Estimate:
    interval = [_bound(ct, tracer, name) for name in ("low", "high")]
    return Estimate(
        quantity=METHOD.quantity,
        value=act_dose_msv(ct.value, tracer.value),
        method=METHOD.id,
        version=METHOD.version,
        verified=METHOD.is_verified and ct.verified and tracer.verified,
        low=interval[0],
        high=interval[1],
        inputs=(
            Input("effective_dose_msv", ct.value, "method", f"CT: {ct.method}, {ct.coefficients}"),
            Input("effective_dose_msv", tracer.value, "method", f"tracer: {tracer.method}, {tracer.coefficients}"),
            Input("tissue_weights", weights, "method"),
        ),
        assumptions=tuple(dict.fromkeys((*ct.assumptions, *tracer.assumptions))),
        is_default=ct.verified and tracer.verified,
    )


def _bound(ct: Estimate, tracer: Estimate, name: str) -> float | None:
    """The sum of both bounds; a part without an interval adds its value. None where neither has one."""
    bounds = [getattr(one, name) for one in (ct, tracer)]
    if bounds == [None, None]:
        return None
    return math.fsum(one.value if bound is None else bound for one, bound in zip((ct, tracer), bounds, strict=True))


def _no_sum(reason: str) -> NotEstimated:
    return NotEstimated(METHOD.quantity, METHOD.id, reason)
