"""Which coefficients lead from kerma-area product to effective dose: by procedure, age, copper filter or view."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from doseloop.dosimetry.projection_beam import copper_mm, is_under_couch, view
from doseloop.model.estimate import Input
from doseloop.model.projection import ProjectionEvent
from doseloop.reference.coefficients import CoefficientSet, coefficient_set

ADULT_YEARS: Final = 18.0
CARDIAC: Final = frozenset(("xa-coronary-angiography", "xa-pci", "xa-coronary-angiography-pci"))
CARDIAC_OF_CHILDREN: Final = CARDIAC | {"xa-cardiac-catheterisation"}
LOWER_LIMBS: Final = "xa-peripheral-angiography"
REGIONS: Final = {
    **dict.fromkeys(CARDIAC_OF_CHILDREN, frozenset(("heart", "chest"))),
    LOWER_LIMBS: frozenset(("pelvis", "limbs", "abdomen")),
    "dx-chest": frozenset(("chest",)),
    "dx-abdomen": frozenset(("abdomen", "pelvis")),
    "dx-pelvis": frozenset(("pelvis",)),
    "dx-lumbar-spine": frozenset(("spine", "abdomen")),
}
"""Where the beam of a procedure goes, of every procedure that a set holds: an object that names another region contradicts it."""
_ADULTS: Final = "The source does not state ages; its patients are taken for adults."
_SUPINE: Final = "The patient lay on the back, so that the tube was under the couch."


@dataclass(frozen=True, slots=True)
class Choice:
    """One coefficient, mSv/(Gy·cm²), with what it was chosen by."""

    of: CoefficientSet
    value: float
    low: float | None = None
    high: float | None = None
    inputs: tuple[Input, ...] = ()
    assumptions: tuple[str, ...] = ()


Chosen = Choice | str
"""A coefficient, or in one sentence why a set gives none."""
_Chooser = Callable[[str, ProjectionEvent, float], Iterator[Chosen]]


def choices(procedure: str, event: ProjectionEvent, age_years: float) -> tuple[Chosen, ...]:
    """What each set that knows the procedure says for an exposure, the set that tells most first. Empty where no set knows it."""
    return tuple(found for chooser in _CHOOSERS for found in chooser(procedure, event, age_years))


def _by_copper(procedure: str, event: ProjectionEvent, age_years: float) -> Iterator[Chosen]:
    """Cardiac procedures of adults by added copper: Vano et al."""
    if procedure not in CARDIAC or age_years < ADULT_YEARS:
        return
    copper = copper_mm(event)
    if copper is None:
        yield "The copper filter of the exposure is not recorded."
        return
    table = coefficient_set("kap-e-vano-icrp103")
    points = sorted((float(key[0]), value) for key, value in table.rows.items())
    value = _interpolated(points, copper)
    if value is None:
        yield f"The coefficients end at {points[-1][0]:g} mm of copper."
        return
    between = (
        () if (copper,) in table.rows else ("The coefficient was interpolated between two thicknesses of copper.",)
    )
    yield Choice(table, value, inputs=(Input("copper_mm", copper, "object"),), assumptions=(_ADULTS, *between))


def _by_procedure(procedure: str, event: ProjectionEvent, age_years: float) -> Iterator[Chosen]:
    """Coronary angiography and intervention of adults whatever the filter: Brambilla et al."""
    table = coefficient_set("kap-e-brambilla-2017-icrp103")
    value = table.rows.get((procedure,))
    if value is None or age_years < ADULT_YEARS:
        return
    spread = table.facts["standard_deviation"][procedure]
    assumed = "Access and filters were those of the laboratory that the coefficient is from."
    yield Choice(table, value, value - spread, value + spread, assumptions=(_ADULTS, assumed))


def _of_children(procedure: str, event: ProjectionEvent, age_years: float) -> Iterator[Chosen]:
    """Cardiac procedures of children: Karambatsakidou et al. Between two ages their interval is that of both."""
    if procedure not in CARDIAC_OF_CHILDREN or age_years >= ADULT_YEARS:
        return
    table = coefficient_set("kap-e-karambatsakidou-2009-icrp60")
    spread = table.facts["standard_deviation"]
    points = sorted((float(key[0]), value) for key, value in table.rows.items())
    value = _interpolated(points, age_years)
    if value is None:
        yield "No coefficient is known for patients between 15 and 18 years."
        return
    beside = [age for age, _ in points if age <= age_years][-1:] + [age for age, _ in points if age >= age_years][:1]
    low = min(table.rows[(age,)] - spread[age] for age in beside)
    high = max(table.rows[(age,)] + spread[age] for age in beside)
    between = () if (age_years,) in table.rows else ("The coefficient was interpolated between two ages.",)
    yield Choice(table, value, low, high, assumptions=between)


def _of_lower_limbs(procedure: str, event: ProjectionEvent, age_years: float) -> Iterator[Chosen]:
    """Angiography of the lower limbs of adults, tube under the couch and no added copper: Smans et al."""
    if procedure != LOWER_LIMBS or age_years < ADULT_YEARS:
        return
    if copper_mm(event) != 0:
        yield "The coefficient holds without added copper, and the exposure had some or does not say."
    elif not is_under_couch(event):
        yield "The coefficient holds for a tube under the couch, and the exposure does not say so."
    else:
        for weights in ("icrp103", "icrp60"):
            table = coefficient_set(f"kap-e-smans-2008-{weights}")
            yield Choice(table, table.rows[(procedure,)], assumptions=(_ADULTS, _SUPINE))


def _of_radiographs(procedure: str, event: ProjectionEvent, age_years: float) -> Iterator[Chosen]:
    """Radiographs of adults by view."""
    table = coefficient_set("kap-e-radiographs-hpa-crce-012")
    if procedure not in {key[0] for key in table.rows} or age_years < ADULT_YEARS:
        return
    seen = view(event)
    value = table.rows.get((procedure, seen or ""))
    if value is None:
        yield "The view is not recorded." if seen is None else f"No coefficient is known for the view {seen}."
        return
    yield Choice(table, value, inputs=(Input("view", seen or "", "object"),))


_CHOOSERS: Final[tuple[_Chooser, ...]] = (_by_copper, _by_procedure, _of_children, _of_lower_limbs, _of_radiographs)


def _interpolated(points: list[tuple[float, float]], at: float) -> float | None:
    """Linear between the points, None outside of them."""
    for (x, y), (x2, y2) in pairwise(points):
        if x <= at <= x2:
            return y + (y2 - y) * (at - x) / (x2 - x)
    return None
