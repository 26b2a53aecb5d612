"""Displayed kerma-area product and reference air kerma, corrected by the factor that was measured at the tube."""

from collections.abc import Iterable
from math import isfinite
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.model.calibration import CALIBRATED, PLANES_SAID, CalibratedQuantity, Calibration, TubePlane, plane_of
from doseloop.model.estimate import Estimate, Estimated, Input, InputSource, NotEstimated
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Reading

METHOD: Final = Method(
    id="kerma-calibration",
    version=1,
    quantity="dap_gy_cm2",
    title="Kerma-area product and reference air kerma, corrected by calibration",
    equation="P_KA = N * P_KA,displayed\nK_a,r = N * K_a,r,displayed\nN: measured over displayed, without unit",
    validity="A tube (plane) whose factor was measured and entered for the day of the study. One factor stands for every beam "
    "quality of the tube.",
    uncertainty="As entered with the factor (expanded, k = 2). Larsson et al. report 3.8 to 5.6 % at 95 % confidence for a careful "
    "measurement of a kerma-area product meter, and errors from 0.83 to 1.19 for simplified ones.",
    sources=(
        Source("IEC 60601-2-43", "accuracy of displayed kerma and kerma-area product: 35 %"),
        Source(
            "AAPM Task Group 190 (2015), Med Phys 42(12):6815-6829",
            "comparison of displayed with measured values",
            "https://www.aapm.org/pubs/reports/detail.asp?docid=161",
        ),
        Source(
            "Larsson et al. (1998), Phys Med Biol 43(3):599-607",
            "abstract",
            "https://doi.org/10.1088/0031-9155/43/3/011",
        ),
    ),
    not_verified="A product of two numbers; a published worked example was not seen.",
)


def corrected(displayed: float, factor: float) -> float:
    """A displayed value times the factor, in the displayed value's unit.

    Errors: `ValueError` for a displayed value below 0, a factor that is not above 0, or one that is not finite.

    An example of the arithmetic, of no source:

    >>> corrected(10.0, 0.9)
    9.0
    """
    if not (isfinite(displayed) and displayed >= 0 and isfinite(factor) and factor > 0):
        raise ValueError("A displayed value is not below 0, and a factor is above 0.")
    return displayed * factor


def in_force(
    calibrations: Iterable[Calibration], quantity: CalibratedQuantity, plane: TubePlane, day: str
) -> Calibration | None:
    """The factor that holds on a day (ISO): the one that began last, unless it ended. A newer factor ends an older one for good,
    so that nothing returns to an old measurement when the newer one's time is over. None where none holds."""
    begun = [one for one in calibrations if (one.quantity, one.plane) == (quantity, plane) and one.since <= day]
    latest = max(begun, key=lambda one: (one.since, one.id), default=None)
    return latest if latest and (not latest.until or day <= latest.until) else None


def all_in_force(calibrations: Iterable[Calibration], day: str) -> tuple[Calibration, ...]:
    """What holds on a day (ISO), at most one for each quantity and plane."""
    known = tuple(calibrations)
    pairs = sorted({(one.quantity, one.plane) for one in known})
    return tuple(found for quantity, plane in pairs if (found := in_force(known, quantity, plane, day)))


def estimate(event: ProjectionEvent, calibration: Calibration | None) -> tuple[Estimated, ...]:
    """The event's value of the calibration's quantity, corrected. Empty without a calibration, or for another plane."""
    if calibration is None:
        return ()
    plane = plane_of(event.plane)
    if plane is None:
        return (_none(calibration.quantity, "The plane of the exposure is not one of single plane, A and B."),)
    if plane != calibration.plane:
        return ()
    reading: Reading[float] | None = getattr(event, calibration.quantity)
    return (of_displayed(reading.value if reading else None, calibration),)


def estimates(event: ProjectionEvent, calibrations: Iterable[Calibration]) -> tuple[Estimated, ...]:
    """Every value of the event that a calibration in force corrects; one for each quantity at most."""
    known = tuple(calibrations)
    found = {one.quantity: one for calibration in known for one in estimate(event, calibration)}
    return tuple(found[quantity] for quantity in CALIBRATED if quantity in found)


def of_displayed(displayed: float | None, calibration: Calibration, source: InputSource = "object") -> Estimated:
    """A displayed value, corrected; `NotEstimated` where it is not recorded or cannot be."""
    if displayed is None or not (isfinite(displayed) and displayed >= 0):
        return _none(calibration.quantity, "The displayed value is not recorded.")
    value = corrected(displayed, calibration.factor)
    low, high = _interval(value, calibration.uncertainty_percent)
    return Estimate(
        calibration.quantity,
        value,
        METHOD.id,
        METHOD.version,
        METHOD.is_verified,
        low,
        high,
        inputs=(
            Input(calibration.quantity, displayed, source, "as displayed"),
            Input("calibration_factor", calibration.factor, "scanner", told(calibration)),
        ),
        is_default=False,
    )


def told(calibration: Calibration) -> str:
    """The calibration in words: `K0001, plane A, since 2026-01-01, Report 17`."""
    until = f" until {calibration.until}" if calibration.until else ""
    words = (calibration.id, PLANES_SAID[calibration.plane], f"since {calibration.since}{until}", calibration.reference)
    return ", ".join(word for word in words if word)


def _interval(value: float, percent: float | None) -> tuple[float | None, float | None]:
    if percent is None:
        return None, None
    return value * max(0.0, 1 - percent / 100), value * (1 + percent / 100)


def _none(quantity: str, reason: str) -> NotEstimated:
    return NotEstimated(quantity, METHOD.id, reason)
