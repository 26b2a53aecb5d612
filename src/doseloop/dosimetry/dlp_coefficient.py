"""Coefficients of effective dose per dose-length product: which one of a set holds for an acquisition."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from doseloop.dosimetry.ct_reference_age import ReferenceAge
from doseloop.dosimetry.missing import Missing
from doseloop.reference.coefficients import CoefficientSet, Key, coefficient_set


@dataclass(frozen=True, slots=True)
class Basis:
    """What a coefficient is for."""

    region: str
    """As the set names it."""
    phantom_cm: int
    doubt: str = ""
    """One sentence where the phantom of the set was not seen in a text; the estimate is not verified then."""


def basis(found: CoefficientSet, parts: frozenset[str], age: ReferenceAge) -> Basis:
    """The region and phantom of a set for parts of the body. Errors: `Missing` where it has none for exactly these parts."""
    held = _bases(found.id, age).get(parts)
    if held is None:
        raise Missing(f"The set has no coefficient for a scan of exactly this region ({', '.join(sorted(parts))}).")
    return held


def k_msv_mgy_cm(found: CoefficientSet, region: str, age: ReferenceAge, kvp: float | None = None) -> float:
    """Effective dose per dose-length product, mSv/(mGy·cm). Errors: `Missing`.

    Between two tube voltages of a table it is interpolated linearly; a set without voltages is for any. Values of Table XII of
    Lee et al. 2012 (https://pmc.ncbi.nlm.nih.gov/articles/PMC3326072/table/t12), ICRP 103, adult of 30 years, chest at 80, 100
    and 120 kV, and newborn, abdomen and pelvis at 120 kV:

    >>> from doseloop.reference.coefficients import coefficient_set
    >>> table = coefficient_set("ct-k-nci2012-icrp103")
    >>> [k_msv_mgy_cm(table, "chest", "adult", kvp) for kvp in (80, 100, 120)]
    [0.0191, 0.0203, 0.021]
    >>> k_msv_mgy_cm(table, "abdomen_pelvis", 0, 120)
    0.0475
    """
    own_age: Key = found.facts["adult"] if age == "adult" else age
    if "kvp" not in found.keys:
        return _only(found, (region, own_age))
    by_kvp = _by_kvp(found.id, region, own_age)
    if not by_kvp:
        raise Missing(_NO_AGE)
    return _interpolated(by_kvp, kvp)


_NO_AGE = "The set has no coefficient for this age and region."


@cache
def _bases(set_id: str, age: ReferenceAge) -> Mapping[frozenset[str], Basis]:
    facts = coefficient_set(set_id).facts
    return {frozenset(entry["parts"]): _basis(facts, entry, age) for entry in reversed(facts["coverage"])}


def _basis(facts: Mapping[str, Any], entry: Mapping[str, Any], age: ReferenceAge) -> Basis:
    told = entry["adults" if age == "adult" else "children"]
    return Basis(entry["region"], told["cm"], facts["doubts"][told["doubt"]] if "doubt" in told else "")


@cache
def _by_kvp(set_id: str, region: str, age: Key) -> tuple[tuple[float, float], ...]:
    rows = coefficient_set(set_id).rows
    return tuple(sorted((float(key[1]), value) for key, value in rows.items() if (key[0], key[2]) == (region, age)))


def _only(found: CoefficientSet, key: tuple[Key, ...]) -> float:
    if key not in found.rows:
        raise Missing(_NO_AGE)
    return found.rows[key]


def _interpolated(by_kvp: tuple[tuple[float, float], ...], kvp: float | None) -> float:
    if kvp is None:
        raise Missing("The tube voltage is not recorded.")
    for (low, at_low), (high, at_high) in pairwise(by_kvp):
        if low <= kvp <= high:
            share = (kvp - low) / (high - low)
            return at_low * (1 - share) + at_high * share
    raise Missing(f"The set is for {by_kvp[0][0]:g} to {by_kvp[-1][0]:g} kV, and the tube had {kvp:g} kV.")
