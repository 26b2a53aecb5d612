"""A PET/CT or SPECT/CT is one act: the effective doses of CT and tracer, added where both are of one kind."""

import math
from collections.abc import Iterable, Mapping, Sequence
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
    title="Effective dose of several exposures together",
    equation="E = E_1 + E_2 + ...\nE_1, E_2: effective dose of each exposure, of a PET/CT of its CT and each administration, mSv",
    validity=(
        "All parts are known and were weighted with the same tissue weights (ICRP 60 or ICRP 103). Else there is no sum, and the "
        "parts stand beside each other."
    ),
    uncertainty="That of the parts; an interval is the sum of all lower and all upper bounds.",
    sources=(
        Source("Radiat Prot Dosimetry 141(1):50 (2010)", "abstract: 4.40 mSv of PET and 14.45 mSv of CT, 18.85 mSv in total", "https://www.ncbi.nlm.nih.gov/pubmed/20400773"),
    ),
    example="act:act_dose_msv",
)  # fmt: skip

_PUBLICATIONS: Final = ("ICRP 103", "ICRP 60")
"""Whose sum stands first."""


def act_dose_msv(*parts_msv: float) -> float:
    """Effective dose of all parts, mSv. Errors: `ValueError` for one below 0.

    The means of 35 patients in the abstract of Radiat Prot Dosimetry 141(1):50: 14.45 and 4.40 mSv are 18.85 mSv.

    >>> round(act_dose_msv(14.45, 4.40), 2)
    18.85
    """
    if not all(one >= 0 for one in parts_msv):
        raise ValueError("No effective dose is below 0.")
    return math.fsum(parts_msv)


def one_act(ct: Estimated | None, tracer: Estimated | None) -> Estimated:
    """The sum of both parts, or why there is none: a part is missing, or their tissue weights differ or are not told."""
    return _together((("the CT", ct), ("the tracer", tracer)))


def together(estimates: Sequence[Estimated], what: str = "administration") -> Estimated:
    """The sum of several exposures of one act, rest and stress for instance; one alone is itself, and none has no sum."""
    if len(estimates) == 1:
        return estimates[0]
    return _together(tuple((f"{what} {place}", one) for place, one in enumerate(estimates, 1)))


def acts(cts: Iterable[Estimated], tracers: Iterable[Estimated]) -> tuple[Estimate, ...]:
    """Every sum that the values of one act allow, ICRP 103 first; none where no two of them were weighted alike.

    The first of them stands for the act where both of its parts are verified.
    """
    sums = [one for one in (one_act(*both) for both in product(cts, tracers)) if isinstance(one, Estimate)]
    sums.sort(key=lambda one: (not one.verified, _PUBLICATIONS.index(tissue_weights(one))))
    return tuple(replace(one, is_default=one.verified and place == 0) for place, one in enumerate(sums))


def tissue_weights(estimate: Estimate) -> str:
    """`ICRP 60` or `ICRP 103`; empty where its coefficients do not tell."""
    told = next((one.value for one in estimate.inputs if one.name == "tissue_weights"), None)
    known = coefficient_sets().get(estimate.coefficients)
    weights = str(told or (known.facts.get("tissue_weights", "") if known else ""))
    return weights if weights in _PUBLICATIONS else ""


def _together(parts: Sequence[tuple[str, Estimated | None]]) -> Estimated:
    known: dict[str, Estimate] = {}
    for what, part in parts:
        if not isinstance(part, Estimate):
            return _no_sum(f"The effective dose of {what} is not known" + (f": {part.reason}" if part else "."))
        known[what] = part
    weights = {what: tissue_weights(one) for what, one in known.items()}
    if not known or not all(weights.values()):
        return _no_sum("The tissue weights of the parts are not told, so they are not added.")
    if len(set(weights.values())) > 1:
        told = " and ".join(f"{what} is weighted by {weight}" for what, weight in weights.items())
        return _no_sum(f"{told[0].upper()}{told[1:]}, so they are not added.")
    return _sum(known, next(iter(weights.values())))


def _sum(parts: Mapping[str, Estimate], weights: str) -> Estimate:
    estimates = tuple(parts.values())
    verified = METHOD.is_verified and all(one.verified for one in estimates)
    return Estimate(
        quantity=METHOD.quantity,
        value=act_dose_msv(*(one.value for one in estimates)),
        method=METHOD.id,
        version=METHOD.version,
        verified=verified,
        low=_bound([(one.value, one.low) for one in estimates]),
        high=_bound([(one.value, one.high) for one in estimates]),
        inputs=(
            *(
                Input("effective_dose_msv", one.value, "method", f"{what}: {one.method}, {one.coefficients}")
                for what, one in parts.items()
            ),
            Input("tissue_weights", weights, "method"),
        ),
        assumptions=(
            f"Each is taken by the tissue weights of {weights}, also where another value stands for it alone.",
            *dict.fromkeys(sentence for one in estimates for sentence in one.assumptions),
        ),
        is_default=verified and all(one.is_default for one in estimates),
    )


def _bound(parts: Sequence[tuple[float, float | None]]) -> float | None:
    """The sum of all bounds; a part without an interval adds its value. None where no part has one."""
    if all(bound is None for _, bound in parts):
        return None
    return math.fsum(value if bound is None else bound for value, bound in parts)


def _no_sum(reason: str) -> NotEstimated:
    return NotEstimated(METHOD.quantity, METHOD.id, reason)
