"""Effective dose of a part and of an exam: the sum of its events', where every one of them has one."""

from collections.abc import Iterable, Sequence
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated, default_of

METHOD: Final = Method(
    id="effective-dose-sum",
    version=1,
    quantity="effective_dose_msv",
    title="Effective dose of several exposures",
    equation="E = sum of E_i\nE_i: effective dose of exposure i, mSv",
    validity="Every exposure has an effective dose; else there is no sum, since one with gaps would look like a low dose.",
    uncertainty="Intervals are added end by end, as if all were wrong in the same direction.",
    sources=(
        Source(
            "ICRP Publication 103 (2007)",
            "paragraphs 134 to 137: effective dose is additive",
            "https://doi.org/10.1016/j.icrp.2007.10.003",
        ),
    ),
    not_verified="A sum has no worked example; it is verified where all of its terms are.",
)
_QUANTITY: Final = "effective_dose_msv"
_WEIGHTS: Final = "tissue_weights"


def of_events(events: Sequence[tuple[Estimated, ...]]) -> tuple[Estimated, ...]:
    """Effective dose of a part, from what was estimated of each of its events; empty where no event is of a kind that has one."""
    concerned = [found for found in events if any(one.quantity == _QUANTITY for one in found)]
    return (_sum(concerned, "exposures"),) if concerned else ()


def of_act(parts: Sequence[tuple[Estimated, ...]]) -> tuple[Estimated, ...]:
    """Effective dose of the whole exam, a PET/CT too: one act with both parts."""
    concerned = [found for found in parts if any(one.quantity == _QUANTITY for one in found)]
    return (_sum(concerned, "parts"),) if concerned else ()


def _sum(found: Sequence[tuple[Estimated, ...]], what: str) -> Estimated:
    terms = [default_of(one, _QUANTITY) for one in found]
    known = [term for term in terms if term is not None]
    if len(known) < len(terms):
        without = next(iter(_reasons([one for one, term in zip(found, terms, strict=True) if term is None])), "")
        told = f"{len(terms) - len(known)} of {len(terms)} {what} have no effective dose. {without}".strip()
        return NotEstimated(_QUANTITY, METHOD.id, told)
    return known[0] if len(known) == 1 else _total(known)


def _total(terms: Sequence[Estimate]) -> Estimate:
    lows, highs = [term.low for term in terms], [term.high for term in terms]
    methods = dict.fromkeys(term.method for term in terms)
    assumed = dict.fromkeys(sentence for term in terms for sentence in term.assumptions)
    return Estimate(
        quantity=_QUANTITY,
        value=sum(term.value for term in terms),
        method=METHOD.id,
        version=METHOD.version,
        verified=all(term.verified for term in terms),
        low=_added(lows),
        high=_added(highs),
        inputs=tuple(
            Input(_QUANTITY, term.value, "method", f"{term.method}, version {term.version}") for term in terms
        ),
        coefficients=", ".join(dict.fromkeys(term.coefficients for term in terms if term.coefficients)),
        assumptions=(*assumed, *_mixed(terms)) if len(methods) > 1 else tuple(assumed),
    )


def _added(ends: Sequence[float | None]) -> float | None:
    known = [end for end in ends if end is not None]
    return sum(known) if len(known) == len(ends) else None


def _mixed(terms: Iterable[Estimate]) -> tuple[str, ...]:
    """A sentence where the terms were not weighted alike."""
    weights = sorted({str(one.value) for term in terms for one in term.inputs if one.name == _WEIGHTS})
    if len(weights) < 2:
        return ()
    return (
        f"Its terms have tissue weights of {' and of '.join(weights)}, which differ by less than the estimate is sure.",
    )


def _reasons(found: Iterable[tuple[Estimated, ...]]) -> Iterable[str]:
    for one in found:
        for estimate in one:
            if isinstance(estimate, NotEstimated) and estimate.quantity == _QUANTITY:
                yield estimate.reason
