"""What levels are for, in words: ages, weights, per what."""

from typing import Final

from doseloop.model.patient_group import PatientGroup
from doseloop.model.quantities import COMPUTED, QUANTITIES
from doseloop.model.reference_level import ReferenceLevel
from doseloop.model.span import Span

_MONTHS: Final = 12


def ages_said(group: PatientGroup) -> str:
    """`children of 3 months to under 1 year`, `adults`; of one patient the age."""
    if group.category == "phantom":
        return "a phantom"
    name = "adults" if group.category == "adult" else "children"
    ages, whole = group.ages, PatientGroup(group.category).ages
    if ages.low is not None and ages == Span.at(ages.low):
        return f"one patient of {_age(ages.low)}"
    low = None if ages.low is None or ages.low == whole.low else _age(ages.low)
    below = None if ages.below is None or ages.below == whole.below else _age(ages.below)
    if low is None:
        return name if below is None else f"{name} under {below}"
    return f"{name} of {_bounded(low, below)}"


def group_said(group: PatientGroup) -> str:
    """`children of 5 to under 15 kg`, `adults, compressed breasts of 40 to under 60 mm`."""
    told = [ages_said(group)]
    if group.has_weight_bounds:
        told.append(weights_said(group.weights))
    if group.thicknesses.is_bounded:
        told.append(thicknesses_said(group.thicknesses))
    if group.sex:
        told.append(group.sex)
    return ", ".join(told)


def weights_said(weights: Span) -> str:
    """`5 to under 15 kg`; of one patient the weight."""
    return _span_said(weights, "kg")


def thicknesses_said(thicknesses: Span) -> str:
    """`compressed breasts of 40 to under 60 mm`."""
    return f"compressed breasts of {_span_said(thicknesses, 'mm')}"


def per_said(level: ReferenceLevel) -> str:
    """`Per examination`, as the source says it."""
    if level.scope is None:
        return f"Per {level.per} by the nature of the quantity"
    if level.scope == "complete examination":
        return "Per examination"
    return level.scope[0].upper() + level.scope[1:]


def computed_said(quantity: str) -> str:
    """That values of the quantity are computed, as a sentence; empty where objects state them."""
    if quantity not in COMPUTED:
        return ""
    return f"{QUANTITIES[quantity].symbol} is computed by Doseloop, not stated by the scanner: an estimate that needs a physicist."


def _span_said(span: Span, unit: str) -> str:
    if span.low is not None and span == Span.at(span.low):
        return f"{span.low:g} {unit}"
    if span.low is None:
        return "any weight" if span.below is None else f"under {span.below:g} {unit}"
    return f"{_bounded(f'{span.low:g}', None if span.below is None else f'{span.below:g}')} {unit}"


def _bounded(low: str, below: str | None) -> str:
    return f"{low} or more" if below is None else f"{low} to under {below}"


def _age(months: float) -> str:
    number, unit = (months / _MONTHS, "year") if months >= _MONTHS and months % _MONTHS == 0 else (months, "month")
    return f"{number:.4g} {unit}{'' if number == 1 else 's'}"
