"""Dose to the conceptus of one CT acquisition, from CTDIvol and where the uterus lay: an interval."""

from math import isfinite
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.ssde import OF_THE_TRUNK, conversion_factor
from doseloop.model.conceptus import Placement, UterusInEvent
from doseloop.model.ct import CtEvent
from doseloop.model.diameter import Diameter
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.reference.coefficients import coefficient_set

QUANTITY: Final = "conceptus_dose_mgy"
SHARES: Final = "conceptus-ct-rpd-2015"
PHANTOM_CM: Final = 32
METHOD: Final = Method(
    id="conceptus-dose-ct-ctdivol",
    version=1,
    quantity=QUANTITY,
    title="Dose to the conceptus of a CT acquisition, from CTDIvol",
    equation=(
        "in the field: 0.57 min(1, f) CTDIvol <= D <= max(1, f) CTDIvol\n"
        "in part or at the edge: 0.01 min(1, f) CTDIvol <= D <= max(1, f) CTDIvol\n"
        "outside: 0.01 min(1, f) CTDIvol <= D <= 0.05 max(1, f) CTDIvol\n"
        "D: mean dose to the conceptus, mGy; CTDIvol: of the 32 cm phantom, mGy\n"
        "f = 3.704369 exp(-0.03671937 d); d: diameter of the patient, cm, 8 to 45"
    ),
    validity=(
        "CTDIvol of the 32 cm phantom. Shares were measured in one female phantom on one scanner, in four stages of pregnancy; "
        "outside holds for a scan that ends at the chest. Without a diameter nothing is told of a conceptus in the field or at "
        "its edge, since a slim patient gets more than CTDIvol."
    ),
    uncertainty="The interval is the range of what was measured, widened by the factor of size; it has no stated coverage.",
    sources=(
        Source(
            "Radiat Prot Dosimetry 2015;165:226",
            "abstract: shares of CTDIvol, and CTDIvol as the upper estimate in the beam",
            "https://www.pubmed.gov/25836690/",
        ),
        Source("AAPM Report 204 (2011)", "fit of the size factor", "https://www.aapm.org/pubs/reports/RPT_204.pdf"),
    ),
    not_verified="Only the abstract of the paper was read, and the factor of size is this method's own way to widen its range.",
)
_UNKNOWN_SIZE: Final = "The size of the patient is not known; a slim patient can get up to about twice the upper end."


def shares(placement: Placement) -> tuple[float, float]:
    """Lowest and highest share of CTDIvol that the conceptus got in the phantom; above it where CTDIvol is the upper estimate.

    The shares in the abstract of Radiat Prot Dosimetry 2015;165:226: abdomino-pelvic from 0.57, pulmonary angiography
    0.01 to 0.05, and CTDIvol itself as the upper estimate in the primary beam.

    >>> shares("in field"), shares("outside")
    ((0.57, 1.0), (0.01, 0.05))
    """
    rows = coefficient_set(SHARES).rows
    inside, outside = rows["abdomen_pelvis", "low"], rows["pulmonary_angiography", "low"]
    match placement:
        case "in field":
            return inside, 1.0
        case "at edge":
            return outside, 1.0
        case "outside":
            return outside, rows["pulmonary_angiography", "high"]


def size_factor(diameter_cm: float) -> float | None:
    """Factor of AAPM Report 204 for the 32 cm phantom; None outside of its 8 to 45 cm."""
    try:
        return conversion_factor(diameter_cm, PHANTOM_CM)
    except Missing:
        return None


def bounds_mgy(ctdi_vol_mgy: float, placement: Placement, factor: float | None) -> tuple[float, float]:
    """Interval in mGy from CTDIvol, mGy, and the factor of size; None: as in the phantom."""
    low, high = shares(placement)
    size = 1.0 if factor is None else factor
    return low * min(1.0, size) * ctdi_vol_mgy, high * max(1.0, size) * ctdi_vol_mgy


def estimate(event: CtEvent, uterus: UterusInEvent) -> Estimated:
    """The interval of one acquisition; its value is the upper end."""
    reason = _missing(event, uterus)
    if reason or event.ctdi_vol_mgy is None or uterus.placement is None:
        return NotEstimated(QUANTITY, METHOD.id, reason)
    factor = size_factor(uterus.diameter.value_mm / 10) if uterus.diameter else None
    low, high = bounds_mgy(event.ctdi_vol_mgy.value, uterus.placement, factor)
    return Estimate(
        QUANTITY,
        high,
        METHOD.id,
        METHOD.version,
        verified=METHOD.is_verified,
        low=low,
        high=high,
        inputs=_inputs(event.ctdi_vol_mgy.value, uterus),
        coefficients=f"{SHARES}, {OF_THE_TRUNK}" if uterus.diameter else SHARES,
        assumptions=_assumptions(uterus),
        is_default=False,
    )


def _missing(event: CtEvent, uterus: UterusInEvent) -> str:
    ctdi = event.ctdi_vol_mgy.value if event.ctdi_vol_mgy else None
    if ctdi is None or not isfinite(ctdi) or ctdi < 0:
        return "CTDIvol is not recorded."
    if event.phantom_cm is None:
        return "The phantom of CTDIvol is not known."
    if event.phantom_cm != PHANTOM_CM:
        return f"CTDIvol is of the {event.phantom_cm} cm phantom; the shares are for the 32 cm phantom."
    if uterus.placement is None:
        return "It is not said whether the uterus was in the field."
    return _missing_size(uterus.diameter, uterus.placement)


def _missing_size(diameter: Diameter | None, placement: Placement) -> str:
    if diameter is None:
        return (
            ""
            if placement == "outside"
            else "The diameter of the patient is not known: a slim patient gets more than CTDIvol."
        )
    return "" if size_factor(diameter.value_mm / 10) is not None else "The diameter is not between 8 and 45 cm."


def _inputs(ctdi_vol_mgy: float, uterus: UterusInEvent) -> tuple[Input, ...]:
    found = [
        Input("ctdi_vol_mgy", ctdi_vol_mgy, "object"),
        Input("phantom_cm", float(PHANTOM_CM), "object"),
        Input("placement", uterus.placement or "", "site", "as the physicist says"),
    ]
    if uterus.diameter:
        one = uterus.diameter
        found.append(Input("diameter_mm", one.value_mm, one.source, f"{one.kind}; {one.detail}".rstrip("; ")))
    return tuple(found)


def _assumptions(uterus: UterusInEvent) -> tuple[str, ...]:
    told = ["The patient's pregnancy is like the phantom's, and her tube current was modulated as there."]
    if uterus.placement == "outside":
        told.append("The scan ends at the chest or farther from the uterus.")
    if uterus.diameter is None:
        told.append(_UNKNOWN_SIZE)
    return tuple(told)
