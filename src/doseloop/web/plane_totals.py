"""Totals of a biplane system by plane, displayed and corrected: each tube is calibrated by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doseloop.dosimetry.exposure_totals import PlaneTotal, corrected_by_plane, displayed_by_plane
from doseloop.model.calibration import PLANES, CalibratedQuantity, Calibration, TubePlane, plane_of
from doseloop.model.estimate import Estimate
from doseloop.model.projection import ProjectionEvent
from doseloop.store.exam_events import EventDetail


@dataclass(frozen=True, slots=True)
class PlaneShown:
    """One plane. Values that are not known are None."""

    name: str
    exposures: int
    dap_gy_cm2: float | None
    ka_r_mgy: float | None
    dap_corrected_gy_cm2: float | None
    ka_r_corrected_mgy: float | None


def planes(events: Iterable[EventDetail], calibrations: Iterable[Calibration]) -> tuple[PlaneShown, ...]:
    """The planes of an exam, where its events are of more than one; as their events add up."""
    details = [event.detail for event in events if isinstance(event.detail, ProjectionEvent)]
    totals = displayed_by_plane(details, ())
    found = list(dict.fromkeys(one.plane for one in totals))
    if len(found) < 2:
        return ()
    corrected = corrected_by_plane(totals, calibrations)
    known = {key: one.value for key, one in corrected.items() if isinstance(one, Estimate)}
    return tuple(_shown(plane, [one for one in totals if one.plane == plane], details, known) for plane in found)


def _shown(
    plane: TubePlane | None,
    totals: Iterable[PlaneTotal],
    events: Iterable[ProjectionEvent],
    corrected: Mapping[tuple[TubePlane, CalibratedQuantity], float],
) -> PlaneShown:
    displayed = {one.quantity: one.displayed for one in totals}
    return PlaneShown(
        name=PLANES[plane] if plane else "Plane without a known name",
        exposures=sum(plane_of(event.plane) == plane for event in events),
        dap_gy_cm2=displayed.get("dap_gy_cm2"),
        ka_r_mgy=displayed.get("ka_r_mgy"),
        dap_corrected_gy_cm2=corrected.get((plane, "dap_gy_cm2")) if plane else None,
        ka_r_corrected_mgy=corrected.get((plane, "ka_r_mgy")) if plane else None,
    )
