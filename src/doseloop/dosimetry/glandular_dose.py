"""Average glandular dose of a view from its incident air kerma and a table of coefficients that the site has imported.

No table comes with Doseloop: those of Dance et al. need their publisher's permission, and those of Nosratieh et al. (2015), which
are open, could not be read. What the object states stays the value that is used; this one stands beside it.
"""

from math import isfinite
from typing import Final

from doseloop.dosimetry.glandular_view import check_view, coefficients_of, filter_um
from doseloop.dosimetry.interpolation import Outside, interpolated
from doseloop.dosimetry.method import Method, Source
from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.recorded import above_zero
from doseloop.dosimetry.stated_ratio import StatedRatio
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.glandular_table import Beam, GlandularTable, Point
from doseloop.model.projection import ProjectionEvent
from doseloop.model.quantities import QUANTITIES
from doseloop.model.subject import Subject

METHOD: Final = Method(
    id="glandular-dose-dgn",
    version=1,
    quantity="agd_mgy",
    title="Average glandular dose from incident air kerma",
    equation="D_g = D_gN * K\nK: incident air kerma at the breast's upper surface, mGy; "
    "D_gN: coefficient of the beam and the breast, mGy/mGy",
    validity="Within the table's voltages, half-value layers, thicknesses and shares of glandular tissue, for its targets and "
    "filters; linear between its points, nothing beyond them. Not for men, implants, spot and magnified views; for tomosynthesis "
    "where the table says so.",
    uncertainty="That of the table's source. Tables of a simple model of the breast overestimate by about 30 % against models of "
    "real breasts (Dance and Sechopoulos 2016, abstract).",
    sources=(
        Source(
            "Nosratieh et al., Phys Med Biol 60 (2015) 7179", "abstract; its tables were not read",
            "https://pmc.ncbi.nlm.nih.gov/articles/PMC4639529",
        ),
        Source(
            "Dance and Sechopoulos, Phys Med Biol 61 (2016) R271", "abstract", "https://doi.org/10.1088/0031-9155/61/19/R271"
        ),
        Source(
            "ICRP Publication 135 (2017)", "definition of mean glandular dose, as ICRPædia prints it",
            "http://icrpaedia.org/index.php?diff=3015&mobileaction=toggle_view_desktop",
        ),
    ),
    not_verified="No worked example with a published table was seen, and the site's table is not compared with its source here.",
)  # fmt: skip

CLOSE: Final = (0.7, 1.4)
"""Between which computed over stated is told as agreement. Our choice: makers differ in model and assumed glandular tissue."""

_AXES: Final = ("kvp", "half_value_layer_mm", "glandularity_percent", "compression_thickness_mm")
_WORDS: Final = {"glandularity_percent": ("share of glandular tissue", "%")}


def glandular_dose_mgy(incident_kerma_mgy: float, coefficient_mgy_per_mgy: float) -> float:
    """Average glandular dose, mGy, of one view. Errors: `ValueError` for what is below 0 or no number.

    >>> glandular_dose_mgy(0.0, 0.25)
    0.0
    """
    if not all(isfinite(one) and one >= 0 for one in (incident_kerma_mgy, coefficient_mgy_per_mgy)):
        raise ValueError("Air kerma and its coefficient are not below 0.")
    return incident_kerma_mgy * coefficient_mgy_per_mgy


def estimate(
    event: ProjectionEvent, target_filter: str, subject: Subject, table: GlandularTable | None = None
) -> Estimated:
    """The glandular dose of one view beside the stated one, by the site's table. `target_filter` is as `W/Rh`, or empty."""
    try:
        return _estimate(event, target_filter, subject, table)
    except Missing as reason:
        return NotEstimated(METHOD.quantity, METHOD.id, str(reason))


def ratio_to_stated(event: ProjectionEvent, estimated: Estimated) -> StatedRatio | None:
    """Computed over stated glandular dose; None where either is missing or the stated one is no dose."""
    stated = event.agd_mgy
    if isinstance(estimated, NotEstimated) or stated is None or not isfinite(stated.value) or stated.value <= 0:
        return None
    return StatedRatio(estimated.value / stated.value, *CLOSE, "the glandular dose")


def _estimate(event: ProjectionEvent, target_filter: str, subject: Subject, table: GlandularTable | None) -> Estimate:
    if table is None:
        raise Missing("The site has imported no table of coefficients.")
    check_view(event, subject)
    beam, grid = coefficients_of(table, target_filter, event)
    kerma = above_zero(event.entrance_exposure_mgy, "entrance exposure")
    glandularity = _glandularity(event, table)
    at = (
        above_zero(event.kvp, "tube voltage"),
        above_zero(event.half_value_layer_mm, "half-value layer"),
        float(glandularity.value),
        above_zero(event.compression_thickness_mm, "thickness of the breast"),
    )
    coefficient = interpolated(grid, at)
    if isinstance(coefficient, Outside):
        raise Missing(_beyond(coefficient, at))
    return Estimate(
        METHOD.quantity,
        glandular_dose_mgy(kerma, coefficient),
        METHOD.id,
        METHOD.version,
        METHOD.is_verified,
        inputs=(
            Input("entrance_exposure_mgy", kerma, "object"),
            *_inputs(at, glandularity, target_filter, coefficient),
        ),
        coefficients=table.id,
        assumptions=tuple(_assumptions(beam, event, glandularity)),
        is_default=False,
    )


def _glandularity(event: ProjectionEvent, table: GlandularTable) -> Input:
    told = event.breast.glandularity_percent if event.breast else None
    if told is not None and 0 <= told.value <= 100:
        return Input("glandularity_percent", told.value, "object")
    if table.usual_glandularity_percent is None:
        raise Missing("The share of glandular tissue is not recorded, and the site has set none for its table.")
    return Input("glandularity_percent", table.usual_glandularity_percent, "site", table.name)


def _inputs(at: Point, glandularity: Input, target_filter: str, coefficient: float) -> list[Input]:
    recorded = [
        Input(name, value, "object") for name, value in zip(_AXES, at, strict=True) if name != glandularity.name
    ]
    return [
        *recorded,
        glandularity,
        Input("target_filter", target_filter, "object"),
        Input("coefficient_mgy_per_mgy", coefficient, "site"),
    ]


def _assumptions(beam: Beam, event: ProjectionEvent, glandularity: Input) -> list[str]:
    told = [
        "The entrance exposure was taken to be the incident air kerma at the breast's upper surface, without scatter.",
        f"The share of glandular tissue was taken to be {glandularity.value:g} %, as the site has set it."
        if glandularity.source == "site"
        else "The recorded share of fibroglandular tissue was taken to be counted as the table counts it.",
    ]
    if beam.filter_um is not None and filter_um(event) is None:
        told.append(f"The filter was taken to be {beam.filter_um:g} µm thick, the only one of its kind in the table.")
    return told


def _beyond(outside: Outside, at: Point) -> str:
    name = _AXES[outside.axis]
    known = QUANTITIES.get(name)
    words, unit = (known.name.lower(), known.unit) if known else _WORDS[name]
    ends = f"{outside.low:g} to {outside.high:g} {unit}"
    return f"The {words} of {at[outside.axis]:g} {unit} is not within the table, which has {ends} there."
