"""Kerma-area product and reference air kerma of an exam by plane: as displayed, and corrected by the calibration of each tube."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Final

from doseloop.dosimetry import kerma_calibration
from doseloop.model.calibration import CALIBRATED, PLANES_SAID, CalibratedQuantity, Calibration, TubePlane, plane_of
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.precedence import chosen
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.reading import Reading

_ORDER: Final[tuple[TubePlane | None, ...]] = ("single", "A", "B", None)


@dataclass(frozen=True, slots=True)
class PlaneTotal:
    """What a plane of an exam displays of one quantity, in the quantity's unit."""

    plane: TubePlane | None
    """None for what an object calls by words that are none of single plane, A and B."""
    quantity: CalibratedQuantity
    displayed: float | None
    """None where it is not known."""
    used: str
    """`stated` by the report, or `summed` over the events; empty where it is not known."""


def displayed_by_plane(events: Sequence[ProjectionEvent], stated: Sequence[PlaneTotals]) -> tuple[PlaneTotal, ...]:
    """The totals of each plane that events or totals name, one for each quantity.

    `stated` are the planes of one report that holds every event; empty where none does. A stated total holds before the sum of
    the events, unless it states 0 where they have dose; a sum counts only where every event of the plane has the value.
    Where events name a plane that the totals do not, the two do not tell of the same planes, and no total is known.
    """
    own = {plane: [one for one in events if plane_of(one.plane) == plane] for plane in _ORDER}
    told = {plane: [one for one in stated if plane_of(one.plane) == plane] for plane in _ORDER}
    fits = not stated or all(told[plane] for plane in _ORDER if own[plane])
    return tuple(
        _total(plane, quantity, own[plane], told[plane]) if fits else PlaneTotal(plane, quantity, None, "")
        for plane in _ORDER
        if own[plane] or told[plane]
        for quantity in CALIBRATED
    )


def corrected_by_plane(
    totals: Iterable[PlaneTotal], calibrations: Iterable[Calibration]
) -> Mapping[tuple[TubePlane, CalibratedQuantity], Estimated]:
    """The corrected total of each plane for which a calibration is in force; `calibrations` are those of the day."""
    known = {(one.plane, one.quantity): one for one in calibrations}
    return {
        (one.plane, one.quantity): _of_plane(one, known[one.plane, one.quantity])
        for one in totals
        if one.plane and (one.plane, one.quantity) in known
    }


def corrected_total(
    totals: Sequence[PlaneTotal], calibrations: Iterable[Calibration], quantity: CalibratedQuantity
) -> Estimated | None:
    """The corrected total over all planes. `NotEstimated` where a plane has no total or no factor: the sum of a corrected and a
    displayed value would be neither. A plane that displays 0 needs none. None where no plane has a factor."""
    planes = [one for one in totals if one.quantity == quantity]
    found = corrected_by_plane(planes, calibrations)
    if not found:
        return None
    missing = [one.plane for one in planes if one.displayed != 0 and (one.plane, quantity) not in found]
    if missing:
        names = " and ".join(_name(plane) for plane in missing)
        return NotEstimated(quantity, kerma_calibration.METHOD.id, f"No factor is in force for {names}.")
    unknown = next((one for one in found.values() if isinstance(one, NotEstimated)), None)
    return unknown or _added(quantity, [one for one in found.values() if isinstance(one, Estimate)])


def _total(
    plane: TubePlane | None,
    quantity: CalibratedQuantity,
    events: Sequence[ProjectionEvent],
    stated: Sequence[PlaneTotals],
) -> PlaneTotal:
    summed = _whole(getattr(one, quantity) for one in events)
    of_report = _whole(getattr(one, quantity) for one in stated)
    known = fsum(reading.value for one in events if (reading := getattr(one, quantity)))
    if of_report == 0 and known:
        of_report = None
    held = chosen("total", {"stated": of_report, "summed": summed})
    return PlaneTotal(plane, quantity, held[1], held[0]) if held else PlaneTotal(plane, quantity, None, "")


def _whole(readings: Iterable[Reading[float] | None]) -> float | None:
    values = [reading.value if reading else None for reading in readings]
    known = [value for value in values if value is not None]
    return fsum(known) if known and len(known) == len(values) else None


def _of_plane(total: PlaneTotal, calibration: Calibration) -> Estimated:
    found = kerma_calibration.of_displayed(total.displayed, calibration)
    if isinstance(found, NotEstimated):
        return replace(found, reason=f"The displayed total of {_name(total.plane)} is not known.")
    return found


def _added(quantity: CalibratedQuantity, planes: Sequence[Estimate]) -> Estimate:
    """Planes added up; their intervals too, since one instrument may have measured both tubes."""
    lows = [one.low for one in planes if one.low is not None]
    highs = [one.high for one in planes if one.high is not None]
    whole = len(lows) == len(planes)
    inputs: tuple[Input, ...] = tuple(given for one in planes for given in one.inputs)
    return replace(
        planes[0],
        quantity=quantity,
        value=fsum(one.value for one in planes),
        low=fsum(lows) if whole else None,
        high=fsum(highs) if whole else None,
        inputs=inputs,
    )


def _name(plane: TubePlane | None) -> str:
    if plane is None:
        return "the plane without a known name"
    return f"the {PLANES_SAID[plane]}" if plane == "single" else PLANES_SAID[plane]
