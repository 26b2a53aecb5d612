"""Doses that cannot be: a negative value counts as not recorded, and is named."""

from dataclasses import replace
from math import isfinite
from typing import Any, Final, TypeVar

from doseloop.harmonise.events import name_of
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import CtTotals, DoseObject
from doseloop.model.mr import MrSeries
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.quantities import quantity
from doseloop.model.tracer import Administration

T = TypeVar("T", CtEvent, ProjectionEvent, CtTotals, PlaneTotals, Administration, MrSeries)

_CT_EVENT: Final = ("dlp_mgy_cm", "ctdi_vol_mgy", "ssde_mgy", "effective_dose_msv")
_PROJECTION_EVENT: Final = ("dap_gy_cm2", "ka_r_mgy", "entrance_exposure_mgy", "agd_mgy", "irradiation_duration_s")
_CT_TOTALS: Final = ("dlp_mgy_cm",)
_PLANE_TOTALS: Final = ("dap_gy_cm2", "ka_r_mgy", "fluoro_time_s", "agd_left_mgy", "agd_right_mgy")
_ADMINISTRATION: Final = ("activity_mbq", "effective_dose_msv")
_TRACER: Final = "an administration"
_MR_SERIES: Final = ("sar_whole_body_w_kg", "sar_head_w_kg", "b1_rms_ut")
_QUANTITY: Final = {"irradiation_duration_s": "fluoro_time_s", "agd_left_mgy": "agd_mgy", "agd_right_mgy": "agd_mgy"}


def sound(dose: DoseObject) -> tuple[DoseObject, tuple[str, ...]]:
    """The object without doses that are negative (or no number), and a sentence on each of them."""
    issues: list[str] = []
    totals = _sound(dose.ct_totals, _CT_TOTALS, "a report's total", issues) if dose.ct_totals else None
    return (
        replace(
            dose,
            ct_totals=totals,
            ct_events=tuple(_sound(event, _CT_EVENT, name_of(event), issues) for event in dose.ct_events),
            plane_totals=tuple(_sound(one, _PLANE_TOTALS, "a plane's total", issues) for one in dose.plane_totals),
            projection_events=tuple(
                _sound(event, _PROJECTION_EVENT, name_of(event), issues) for event in dose.projection_events
            ),
            administrations=tuple(_sound(one, _ADMINISTRATION, _TRACER, issues) for one in dose.administrations),
            mr_series=tuple(_sound(one, _MR_SERIES, "an MR series", issues) for one in dose.mr_series),
        ),
        tuple(issues),
    )


def _sound(record: T, names: tuple[str, ...], whose: str, issues: list[str]) -> T:
    wrong = [name for name in names if (reading := getattr(record, name)) and not _is_dose(reading.value)]
    if not wrong:
        return record
    issues.extend(_sentence(name, getattr(record, name).value, whose) for name in wrong)
    unrecorded: dict[str, Any] = dict.fromkeys(wrong)
    return replace(record, **unrecorded)


def _is_dose(value: float) -> bool:
    return isfinite(value) and value >= 0


def _sentence(name: str, value: float, whose: str) -> str:
    meant = quantity(_QUANTITY.get(name, name))
    return (
        f"{meant.name} of {whose} is recorded as {value:g} {meant.unit}, which no dose can be; "
        "it counts as not recorded."
    )
