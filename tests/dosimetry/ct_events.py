"""Acquisitions of CT as methods of dosimetry need them."""

from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.exam import ExamEvent
from doseloop.model.reading import Code, Reading

SPIRAL = Code("P5-08001", "SRT", "Spiral Acquisition")
LOCALISER = Code("113805", "DCM", "Constant Angle Acquisition")
STATIONARY = Code("113806", "DCM", "Stationary Acquisition")


def reading(value: float | None) -> Reading[float] | None:
    return None if value is None else Reading(value, "", "")


def acquisition(
    region: str | None = "Chest",
    *,
    dlp: float | None = 100.0,
    ctdi_vol: float | None = 10.0,
    phantom_cm: int | None = 32,
    kvps: tuple[float | None, ...] = (120.0,),
    type_: Code | None = SPIRAL,
    dw_mm: float | None = None,
    ssde: float | None = None,
) -> CtEvent:
    return CtEvent(
        target_region=Reading(Code("", "", region), "", "") if region else None,
        acquisition_type=Reading(type_, "", "") if type_ else None,
        dlp_mgy_cm=reading(dlp),
        ctdi_vol_mgy=reading(ctdi_vol),
        phantom_cm=phantom_cm,
        sources=tuple(CtSource(kvp=reading(kvp)) for kvp in kvps),
        water_equivalent_diameter_mm=reading(dw_mm),
        ssde_mgy=reading(ssde),
    )


def in_exam(event: CtEvent, role: str = "main") -> ExamEvent:
    return ExamEvent(object=1, role=role, ct=event)
