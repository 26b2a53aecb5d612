"""The axial series of an exam as its page shows them: size of the patient along the body, noise, and what was not measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from doseloop.model.ct_series import CtSeries

WIDTH: Final = 320
HEIGHT: Final = 72
_MARGIN: Final = 4


@dataclass(frozen=True, slots=True)
class SeriesShown:
    """One series. What was not measured is None."""

    name: str
    told: str
    diameter_mm: float | None
    effective_mm: float | None
    lowest_mm: float | None
    highest_mm: float | None
    noise_hu: float | None
    cut_percent: float | None
    """Share of the outline that the field of view cuts, where it cuts any."""
    why_not: str
    line: str
    """Diameter along z as the points of an SVG polyline in a box of `WIDTH` by `HEIGHT`; empty for fewer than three images."""


def shown(series: Sequence[CtSeries]) -> tuple[SeriesShown, ...]:
    """The series, those with a diameter first."""
    found = [_shown(one, number) for number, one in enumerate(series, 1)]
    return tuple(sorted(found, key=lambda one: one.diameter_mm is None))


def _shown(one: CtSeries, number: int) -> SeriesShown:
    diameters = [measure.water_equivalent_diameter_mm for measure in one.measured]
    size = one.diameter
    return SeriesShown(
        name=f"Series {number}" + (f", kernel {one.header.kernel}" if one.header.kernel else ""),
        told=_told(one),
        diameter_mm=size.value_mm if size else None,
        effective_mm=one.effective_diameter_mm,
        lowest_mm=min(diameters, default=None),
        highest_mm=max(diameters, default=None),
        noise_hu=one.noise_hu,
        cut_percent=100 * size.truncated_share if size and size.truncated_share else None,
        why_not=one.why_not,
        line=_line(one.profile),
    )


def _told(one: CtSeries) -> str:
    images = f"a sample of {len(one.slices)}" if one.is_sample else f"{len(one.slices)}"
    reach = one.z_range_mm
    over = f" over {reach[1] - reach[0]:.0f} mm" if reach and reach[1] > reach[0] else ""
    return f"{len(one.measured)} of {images} images measured{over}"


def _line(profile: Sequence[tuple[float, float]]) -> str:
    if len(profile) < 3:
        return ""
    ordered = sorted(profile)
    low_z, high_z, most = ordered[0][0], ordered[-1][0], max(size for _, size in ordered)
    points = ((_within(z - low_z, high_z - low_z, WIDTH), _within(size, most, HEIGHT)) for z, size in ordered)
    return " ".join(f"{x:.1f},{HEIGHT - y:.1f}" for x, y in points)


def _within(value: float, most: float, length: int) -> float:
    """A value from 0 to the most as a place within a length, a margin apart from its ends."""
    return _MARGIN + (value / most if most else 0.5) * (length - 2 * _MARGIN)
