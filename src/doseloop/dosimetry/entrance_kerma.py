"""Incident air kerma from the kerma-area product: at the patient's entrance, on the axis of the beam, without backscatter."""

from math import isfinite
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Reading

METHOD: Final = Method(
    id="incident-air-kerma-kap",
    version=1,
    quantity="ka_i_mgy",
    title="Incident air kerma from kerma-area product and field",
    equation="K_a,i = P_KA / A_entrance\n"
    "A_entrance = A_detector * (d_entrance / d_detector)^2\n"
    "P_KA: kerma-area product, mGy·cm²; A: area of the beam, cm²; d: distance from the focus, mm",
    validity="One exposure of which the kerma-area product, the collimated field at the detector, and the distances from the "
    "focus to detector and to the patient's entrance are recorded; the entrance lies between focus and detector. The field of "
    "view of a detector is not its collimated field, and the distance to a table is not that to the patient: neither is used.",
    uncertainty="The source gives none. The displayed kerma-area product alone may be wrong by 35 % (IEC 60601-2-43).",
    sources=(
        Source("ICRU Report 74 (2005)", "definition of the air kerma-area product"),
        Source(
            "International Atomic Energy Agency, Radiation protection of patients",
            "Radiation doses in interventional procedures: kerma-area product as kerma times area in one plane",
            "https://iaea.org/resources/rpop/health-professionals/interventional-procedures/radiation-doses-in-interventional-fluoroscopy",
        ),
        Source(
            "Dose area product, encyclopaedia article and the page that it is from",
            "1 mGy at the entrance of a field of 5 cm by 5 cm is 25 mGy·cm²; of 10 cm by 10 cm, 100 mGy·cm²",
            "https://en.wikipedia.org/wiki/Dose_area_product",
        ),
    ),
    example="entrance_kerma:incident_air_kerma_mgy",
)
_UNIFORM: Final = "The beam was as strong at the edges of its field as on its axis."
_UNWEAKENED: Final = (
    "Nothing behind the place where the kerma-area product was measured, as a table, weakened the beam."
)


def incident_air_kerma_mgy(kap_gy_cm2: float, area_cm2: float) -> float:
    """Air kerma at the patient's entrance, mGy, from the kerma-area product, Gy·cm², and the area of the beam there, cm².

    Errors: `ValueError` unless both are above 0 and finite.

    The examples of the article on dose-area product (5 cm by 5 cm and 10 cm by 10 cm, https://en.wikipedia.org/wiki/Dose_area_product
    and https://www.dosewizard.com/2020/07/percentage-calculator.html): 25 and 100 mGy·cm² are 1 mGy.

    >>> incident_air_kerma_mgy(0.025, 25.0), incident_air_kerma_mgy(0.1, 100.0)
    (1.0, 1.0)
    """
    if not (_is_size(kap_gy_cm2) and _is_size(area_cm2)):
        raise ValueError("Kerma-area product and area of a beam are above 0.")
    return kap_gy_cm2 * 1000 / area_cm2


def area_at_entrance_cm2(area_at_detector_cm2: float, source_detector_mm: float, source_entrance_mm: float) -> float:
    """Area of the beam at the patient's entrance, cm², by the law of rays. Errors: `ValueError` unless the entrance lies
    between focus and detector and all are above 0."""
    if not all(map(_is_size, (area_at_detector_cm2, source_detector_mm, source_entrance_mm))):
        raise ValueError("Areas and distances of a beam are above 0.")
    if source_entrance_mm >= source_detector_mm:
        raise ValueError("The entrance of a patient lies between focus and detector.")
    return area_at_detector_cm2 * (source_entrance_mm / source_detector_mm) ** 2


def estimate(event: ProjectionEvent) -> Estimated:
    """Incident air kerma of one exposure; `NotEstimated` with what is missing."""
    kap, field = _value(event.dap_gy_cm2), area_at_detector_cm2(event)
    entrance, detector = _value(event.source_entrance_mm), _value(event.source_detector_mm)
    if kap is None or not _is_size(kap):
        return _none("The kerma-area product of the exposure is not recorded, or is 0.")
    if field is None:
        return _none(_no_field(event))
    if entrance is None or not _is_size(entrance):
        return _none("The distance from the focus to the patient's entrance is not recorded.")
    if detector is None or not _is_size(detector):
        return _none("The distance from the focus to the detector is not recorded.")
    if entrance >= detector:
        return _none("The recorded entrance of the patient does not lie between focus and detector.")
    return Estimate(
        METHOD.quantity,
        incident_air_kerma_mgy(kap, area_at_entrance_cm2(field, detector, entrance)),
        METHOD.id,
        METHOD.version,
        METHOD.is_verified,
        inputs=(
            Input("dap_gy_cm2", kap, "object"),
            Input("field_at_detector_cm2", field, "object"),
            Input("source_entrance_mm", entrance, "object"),
            Input("source_detector_mm", detector, "object"),
        ),
        assumptions=(_UNIFORM, _UNWEAKENED),
    )


def area_at_detector_cm2(event: ProjectionEvent) -> float | None:
    """Collimated field at the detector, cm² (113790, else 113788 times 113789, PS3.16); None where none is recorded."""
    area = _value(event.field_area_cm2)
    if area is not None and _is_size(area):
        return area
    height, width = _value(event.field_height_mm), _value(event.field_width_mm)
    if height is None or width is None or not (_is_size(height) and _is_size(width)):
        return None
    return height * width / 100


def _no_field(event: ProjectionEvent) -> str:
    if event.field_of_view_mm:
        return (
            "The collimated field is not recorded; the detector's field of view is not the field that was irradiated."
        )
    return "The collimated field at the detector is not recorded."


def _none(reason: str) -> NotEstimated:
    return NotEstimated(METHOD.quantity, METHOD.id, reason)


def _is_size(value: float) -> bool:
    return isfinite(value) and value > 0


def _value(reading: Reading[float] | None) -> float | None:
    return reading.value if reading else None
