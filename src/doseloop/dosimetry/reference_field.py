"""Size of the beam at the reference point: what air kerma there times it is the air kerma-area product."""

from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Reading


def area_at_reference_point_cm2(event: ProjectionEvent) -> float | None:
    """Area of the beam at the reference point, cm²; None where field or distances are not recorded.

    Collimated Field Area, Height and Width (113790, 113788, 113789) are of the plane of the detector (PS3.16 annex D); by the
    law of rays an area goes with the square of the distance from the source: 113737 over 113750.

    >>> area_at_reference_point_cm2(ProjectionEvent(
    ...     field_area_cm2=Reading(400.0, "", ""), source_detector_mm=Reading(1200.0, "", ""),
    ...     source_reference_point_mm=Reading(600.0, "", "")))
    100.0
    """
    area = _value(event.field_area_cm2) or _sides(event)
    detector, point = _value(event.source_detector_mm), _value(event.source_reference_point_mm)
    if not area or not detector or not point or min(area, detector, point) < 0:
        return None
    return float(area * (point / detector) ** 2)


def _sides(event: ProjectionEvent) -> float | None:
    height, width = _value(event.field_height_mm), _value(event.field_width_mm)
    return height * width / 100 if height and width else None


def _value(reading: Reading[float] | None) -> float | None:
    return reading.value if reading else None
