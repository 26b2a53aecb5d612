"""A table of conversion coefficients from incident air kerma to glandular dose, as a site has imported it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from doseloop.model.grid import Grid, grid_of

Technique = Literal["2d", "tomosynthesis"]

Point = tuple[float, float, float, float]
"""Tube voltage, kV; half-value layer, mm of aluminium; glandular tissue, per cent as the table counts it; thickness, mm."""


@dataclass(frozen=True, slots=True)
class Beam:
    """What a part of a table is for."""

    target_filter: str
    """`W/Rh`, as `harmonise.target_filter` writes it."""
    technique: Technique
    filter_um: float | None = None
    """Thickness of the filter, µm; None where the table does not tell filters of one material apart."""


@dataclass(frozen=True, slots=True)
class GlandularTable:
    """Coefficients by beam, and whose they are."""

    id: str
    """Tells a table from all others, and from itself with another number in it."""
    name: str
    source: str
    """Publication and table, and by what licence the site uses it."""
    beams: Mapping[Beam, Grid]
    """Glandular dose over incident air kerma, mGy/mGy, along the axes of `Point`."""
    usual_glandularity_percent: float | None = None
    """What the site takes where an object records none; None: nothing is taken."""


def table_of(
    name: str,
    source: str,
    points: Mapping[Beam, Mapping[Point, float]],
    usual_glandularity_percent: float | None = None,
) -> GlandularTable:
    """The table of points by beam. Errors: `ValueError` for a beam without points."""
    told = sorted(repr((beam, sorted(values.items()))) for beam, values in points.items())
    text = "\n".join((name, source, repr(usual_glandularity_percent), *told))
    return GlandularTable(
        f"own-glandular-{hashlib.sha256(text.encode()).hexdigest()[:12]}",
        name,
        source,
        {beam: grid_of(values) for beam, values in points.items()},
        usual_glandularity_percent,
    )
