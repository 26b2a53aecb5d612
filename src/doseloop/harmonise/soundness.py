"""Values that cannot be: a negative dose, or one past anything that a machine can give, counts as not recorded and is named.

What was read stays in the object's record; the exam does without the value, so that no sum and no comparison is made of it.
"""

from dataclasses import replace
from math import isfinite
from typing import Any, Final, TypeVar

from doseloop.harmonise.events import name_of
from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.dose_object import CtTotals, DoseObject
from doseloop.model.mr import MrSeries
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.quantities import quantity
from doseloop.model.tracer import Administration
from doseloop.reference.physical_bounds import bounds_of

T = TypeVar("T", CtEvent, CtSource, ProjectionEvent, CtTotals, PlaneTotals, Administration, MrSeries)

_TRACER: Final = "an administration"
_QUANTITY: Final = {"agd_left_mgy": "agd_mgy", "agd_right_mgy": "agd_mgy"}
_NAMES: Final = {
    "exposure_time_ms": ("Exposure time", "ms"),
    "irradiation_duration_s": ("Irradiation duration", "s"),
    "entrance_exposure_mgy": ("Entrance exposure", "mGy"),
    "kvp": ("Tube voltage", "kV"),
    "tube_current_ma": ("Tube current", "mA"),
    "ssde_mgy": ("SSDE", "mGy"),
}
"""What has no entry among the quantities."""


def sound(dose: DoseObject) -> tuple[DoseObject, tuple[str, ...]]:
    """The object without values that cannot be, and a sentence on each of them."""
    issues: list[str] = []
    totals = _sound(dose.ct_totals, "ct_totals", "a report's total", issues) if dose.ct_totals else None
    return (
        replace(
            dose,
            ct_totals=totals,
            ct_events=tuple(_ct_event(event, issues) for event in dose.ct_events),
            plane_totals=tuple(_sound(one, "plane_totals", "a plane's total", issues) for one in dose.plane_totals),
            projection_events=tuple(
                _sound(event, "projection_event", name_of(event), issues) for event in dose.projection_events
            ),
            administrations=tuple(_sound(one, "administration", _TRACER, issues) for one in dose.administrations),
            mr_series=tuple(_sound(one, "mr_series", "an MR series", issues) for one in dose.mr_series),
        ),
        tuple(issues),
    )


def _ct_event(event: CtEvent, issues: list[str]) -> CtEvent:
    name = name_of(event)
    sources = tuple(_sound(source, "ct_source", name, issues) for source in event.sources)
    return replace(_sound(event, "ct_event", name, issues), sources=sources)


def _sound(record: T, kind: str, whose: str, issues: list[str]) -> T:
    bounds = bounds_of(kind)
    wrong = [name for name in bounds if (one := getattr(record, name)) and not _can_be(one.value, bounds[name])]
    if not wrong:
        return record
    issues.extend(_sentence(name, getattr(record, name).value, whose) for name in wrong)
    unrecorded: dict[str, Any] = dict.fromkeys(wrong)
    return replace(record, **unrecorded)


def _can_be(value: float, most: float) -> bool:
    return isfinite(value) and 0 <= value <= most


def _sentence(name: str, value: float, whose: str) -> str:
    what, unit = _NAMES[name] if name in _NAMES else _named(_QUANTITY.get(name, name))
    return f"{what} of {whose} is recorded as {value:g} {unit}, which cannot be; it counts as not recorded."


def _named(key: str) -> tuple[str, str]:
    meant = quantity(key)
    return meant.name, meant.unit
