"""Dose to the conceptus of one radiograph with the uterus in the beam, from the entrance kerma: an interval."""

from math import isfinite
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.model.conceptus import UterusInEvent, View
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.projection import ProjectionEvent
from doseloop.reference.coefficients import coefficient_set

QUANTITY: Final = "conceptus_dose_mgy"
SHARES: Final = "conceptus-projection-fda"
KERMA_MGY_OF_A_ROENTGEN: Final = 2.58e-4 * 33.97 * 1000
"""Exposure of 1 R is 2.58e-4 C/kg; 33.97 J/C make an ion pair's charge in air (ICRU)."""
RAD_OF_A_ROENTGEN: Final = 10 / KERMA_MGY_OF_A_ROENTGEN
METHOD: Final = Method(
    id="conceptus-dose-projection-fda-89-8031",
    version=1,
    quantity=QUANTITY,
    title="Dose to the conceptus of an AP or PA radiograph of the abdomen, from the entrance kerma",
    equation=(
        "s K <= D <= 1.141 s K\n"
        "D: dose to the uterus, mGy; K: air kerma at the entrance without scatter, mGy; s = 0.345 for AP, 0.173 for PA\n"
        "1.141: rad for each roentgen over mGy for each mGy, since the quotation leaves open which of both s is"
    ),
    validity=(
        "The uterus wholly in the beam, AP or PA, half-value layer near 3.0 mm Al (2.5 to 3.5). A harder beam gives more, so a "
        "beam with a copper filter gets none. No lateral view, nothing outside of the beam."
    ),
    uncertainty="None is given; the interval is only that of the two readings of the share.",
    sources=(
        Source(
            "FDA 89-8031, Handbook of Selected Tissue Doses",
            "uterus, abdomen AP and PA, as a radiation safety officer quotes it",
            "http://health.phys.iit.edu/extended_archive/9709/msg00234.html",
        ),
    ),
    not_verified="The shares stand in one quotation; the handbook was not seen.",
)
_LOWEST_HVL_MM, _HIGHEST_HVL_MM = 2.5, 3.5


def bounds_mgy(kerma_mgy: float, view: View) -> tuple[float, float]:
    """Interval of the dose to the uterus, mGy, from the entrance kerma, mGy."""
    low = coefficient_set(SHARES).rows[view,] * kerma_mgy
    return low, RAD_OF_A_ROENTGEN * low


def entrance_kerma(event: ProjectionEvent, uterus: UterusInEvent) -> Input | None:
    """The kerma that the estimate starts from: the physicist's, else the object's at the entrance, else at the reference point."""
    if uterus.entrance_kerma_mgy is not None:
        return Input("ka_i_mgy", uterus.entrance_kerma_mgy, "site", "as the physicist gives it")
    for name in ("entrance_exposure_mgy", "ka_r_mgy"):
        reading = getattr(event, name)
        if reading is not None:
            return Input(name, reading.value, "object")
    return None


def estimate(event: ProjectionEvent, uterus: UterusInEvent) -> Estimated:
    """The interval of one exposure; its value is the upper end."""
    kerma = entrance_kerma(event, uterus)
    reason = _missing(event, uterus, kerma)
    if reason or kerma is None or uterus.view is None:
        return NotEstimated(QUANTITY, METHOD.id, reason)
    low, high = bounds_mgy(float(kerma.value), uterus.view)
    return Estimate(
        QUANTITY,
        high,
        METHOD.id,
        METHOD.version,
        verified=METHOD.is_verified,
        low=low,
        high=high,
        inputs=(kerma, Input("view", uterus.view, "site", "as the physicist says")),
        coefficients=SHARES,
        assumptions=tuple(_assumptions(event, kerma)),
        is_default=False,
    )


def _missing(event: ProjectionEvent, uterus: UterusInEvent, kerma: Input | None) -> str:
    if uterus.placement is None:
        return "It is not said whether the uterus was in the field."
    if uterus.placement != "in field":
        return "There is no method for a uterus that is not wholly in the beam of a projection."
    if uterus.view is None:
        return "The view is not known to be AP or PA."
    if kerma is None or not isinstance(kerma.value, float) or not isfinite(kerma.value) or kerma.value < 0:
        return "The air kerma at the entrance is not recorded."
    return _unfit_beam(event)


def _unfit_beam(event: ProjectionEvent) -> str:
    layer = event.half_value_layer_mm
    if layer is not None and not _LOWEST_HVL_MM <= layer.value <= _HIGHEST_HVL_MM:
        return "The half-value layer is not between 2.5 and 3.5 mm Al."
    if any(_is_copper(one) for one in event.filters):
        return "The beam has a copper filter; the shares are for a beam of 3.0 mm Al."
    return ""


def _is_copper(one: object) -> bool:
    material = getattr(one, "material", None)
    return material is not None and "copper" in material.value.meaning.lower()


def _assumptions(event: ProjectionEvent, kerma: Input) -> list[str]:
    told = []
    if event.half_value_layer_mm is None:
        told.append("The half-value layer is not recorded and was taken as 3.0 mm Al; a harder beam gives more.")
    if kerma.name == "ka_r_mgy":
        told.append("The kerma at the reference point stands for that at the entrance of the patient.")
    return told
