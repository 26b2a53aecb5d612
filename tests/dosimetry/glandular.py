"""A made-up table of coefficients, and a view within it; no number is of any publication."""

from doseloop.model.glandular_table import Beam, GlandularTable, Point, table_of
from doseloop.model.projection import Filter, ProjectionEvent
from doseloop.model.reading import Code, Reading

POINTS = {
    (kvp, hvl, glandularity, thickness): 0.5 * hvl / 0.5
    - 0.004 * (thickness - 30)
    - 0.0005 * glandularity
    + 0.002 * (kvp - 28)
    for kvp in (26.0, 28.0, 30.0)
    for hvl in (0.5, 0.6)
    for glandularity in (0.0, 50.0)
    for thickness in (30.0, 50.0, 80.0)
}


def table(points: dict[Beam, dict[Point, float]], usual: float | None = 25.0) -> GlandularTable:
    return table_of("made up", "for tests alone", points, usual)


TABLE = table({Beam("W/Rh", "2d", 50.0): POINTS})


def number(value: float) -> Reading[float]:
    return Reading(value, "", str(value))


def view(kerma: float = 4.0, thickness_mm: float = 45.0, kvp: float = 28.0, hvl_mm: float = 0.55) -> ProjectionEvent:
    return ProjectionEvent(
        entrance_exposure_mgy=number(kerma),
        compression_thickness_mm=number(thickness_mm),
        kvp=number(kvp),
        half_value_layer_mm=number(hvl_mm),
        agd_mgy=number(1.5),
        filters=(Filter(thickness_min_mm=number(0.05), thickness_max_mm=number(0.05)),),
        irradiation_type=coded("113611", "Stationary Acquisition"),
    )


def coded(value: str, meaning: str) -> Reading[Code]:
    return Reading(Code(value, "DCM", meaning), "", value)
