"""Which part of a table of coefficients holds for a view of a breast, if any."""

from typing import Final

from doseloop.dosimetry.missing import Missing
from doseloop.model.glandular_table import Beam, GlandularTable, Technique
from doseloop.model.grid import Grid
from doseloop.model.projection import ProjectionEvent
from doseloop.model.subject import Subject

_STATIONARY: Final = "113611"
_ROTATIONAL: Final = "113613"
_MAGNIFIED_FROM: Final = 1.3
"""Our choice: a contact view of a thick breast stays below, a view on a magnification stand is above."""
_PARTIAL_WORDS: Final = ("magnif", "spot")
_SAME_FILTER: Final = 0.1
"""Our choice: thicknesses of a filter within a tenth are one."""


def check_view(event: ProjectionEvent, subject: Subject) -> None:
    """Errors: `Missing` for what no table is made for: a man, an implant, a part of the breast or a magnified one."""
    if subject.sex == "M":
        raise Missing("The coefficients are of the female breast.")
    if event.breast is not None and event.breast.implant:
        raise Missing("The coefficients are of a breast without an implant.")
    meanings = [one.value.meaning.lower() for one in event.view_modifiers]
    if any(word in meaning for meaning in meanings for word in _PARTIAL_WORDS):
        raise Missing(
            "The coefficients are of the whole breast in contact with the detector, not of a magnified or spot view."
        )
    if event.magnification is not None and event.magnification.value >= _MAGNIFIED_FROM:
        raise Missing("The coefficients are of a breast in contact with the detector, not of a magnified view.")


def technique(event: ProjectionEvent) -> Technique:
    """Whether a view is a tomosynthesis: a rotation, or a sweep that is recorded. Errors: `Missing` for any other run."""
    kind = event.irradiation_type.value if event.irradiation_type else None
    swept = (
        event.breast is not None and event.breast.scan_angle_deg is not None and event.breast.scan_angle_deg.value > 0
    )
    if swept or (kind is not None and kind.value == _ROTATIONAL):
        return "tomosynthesis"
    if kind is not None and kind.value != _STATIONARY:
        raise Missing(f"No coefficients are for an exposure that is recorded as {kind.meaning.lower()}.")
    return "2d"


def coefficients_of(table: GlandularTable, target_filter: str, event: ProjectionEvent) -> tuple[Beam, Grid]:
    """The beam of the table that a view was made with, and its coefficients. Errors: `Missing` where there is none, or where more
    than one may be it."""
    if not target_filter:
        raise Missing("Target and filter are not recorded.")
    kind = technique(event)
    beams = [one for one in table.beams if one.target_filter == target_filter and one.technique == kind]
    if not beams:
        raise Missing(f"The table has no coefficients for {target_filter} in {kind.replace('2d', 'two dimensions')}.")
    beam = _with_filter(beams, filter_um(event))
    return beam, table.beams[beam]


def filter_um(event: ProjectionEvent) -> float | None:
    """Thickness of the filter, µm; None where none is recorded. Errors: `Missing` where several are."""
    told = {
        round(reading.value * 1000, 3)
        for one in event.filters
        for reading in (one.thickness_min_mm, one.thickness_max_mm)
        if reading is not None and reading.value > 0
    }
    if len(told) > 1:
        raise Missing("More than one thickness of the filter is recorded.")
    return told.pop() if told else None


def _with_filter(beams: list[Beam], recorded_um: float | None) -> Beam:
    if recorded_um is None:
        if len(beams) > 1:
            raise Missing(
                "The thickness of the filter is not recorded, and the table has coefficients for more than one."
            )
        return beams[0]
    nearest = min(beams, key=lambda one: _apart(one, recorded_um))
    if _apart(nearest, recorded_um) > _SAME_FILTER * recorded_um:
        raise Missing(f"The table has no coefficients for a filter of {recorded_um:g} µm.")
    return nearest


def _apart(beam: Beam, recorded_um: float) -> float:
    return abs(beam.filter_um - recorded_um) if beam.filter_um is not None else 0.0
