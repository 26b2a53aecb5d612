"""Dose to the conceptus of an exam: an interval for each exposure, and their sum. Always an estimate that needs a physicist."""

from collections.abc import Iterable
from math import fsum
from typing import Final, Literal

from doseloop.dosimetry import conceptus_dose_ct, conceptus_dose_projection
from doseloop.dosimetry.method import Method, Source
from doseloop.model.conceptus import UterusInEvent
from doseloop.model.ct import CtEvent
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.exam import Event
from doseloop.model.mr import MrSeries
from doseloop.model.projection import ProjectionEvent
from doseloop.reference.conceptus_marks import conceptus_marks

QUANTITY: Final = "conceptus_dose_mgy"
NEEDS: Final = "Estimate, needs a physicist"
METHOD: Final = Method(
    id="conceptus-dose-sum",
    version=1,
    quantity=QUANTITY,
    title="Dose to the conceptus of an exam, summed over its exposures",
    equation="sum of lows <= D <= sum of highs\nD: mGy; the ends are those of each exposure that counts",
    validity="Each exposure that counts has an interval. One that has none leaves the sum untold.",
    uncertainty="The ends are added, which is wider than exposures that vary apart from each other would need.",
    sources=(Source("Interval arithmetic: a sum lies between the sums of the ends"),),
    not_verified="The methods of its parts are not verified.",
)
Side = Literal["below", "across", "above"]


def estimate(event: Event, uterus: UterusInEvent) -> Estimated:
    """The interval of one event, by the method of its kind."""
    match event:
        case CtEvent():
            return conceptus_dose_ct.estimate(event, uterus)
        case ProjectionEvent():
            return conceptus_dose_projection.estimate(event, uterus)
        case MrSeries():
            return NotEstimated(QUANTITY, METHOD.id, "Magnetic resonance gives no dose.")
    return NotEstimated(
        QUANTITY, METHOD.id, "There is no method for an administered activity; give an interval of your own."
    )


def total(parts: Iterable[Estimated]) -> Estimated:
    """The sum over the parts that count; untold where one of them is, or there is none. Its value is the upper end."""
    found = tuple(parts)
    untold = [one for one in found if isinstance(one, NotEstimated)]
    told = [one for one in found if isinstance(one, Estimate)]
    if untold:
        return NotEstimated(QUANTITY, METHOD.id, f"{len(untold)} of {len(found)} exposures have no estimate.")
    if not told:
        return NotEstimated(QUANTITY, METHOD.id, "No exposure counts.")
    low, high = fsum(one.low or 0.0 for one in told), fsum(_upper(one) for one in told)
    return Estimate(
        QUANTITY,
        high,
        METHOD.id,
        METHOD.version,
        verified=all(one.verified for one in told),
        low=low,
        high=high,
        inputs=tuple(Input(QUANTITY, one.value, "method", one.method) for one in told),
        assumptions=("The ends of the intervals were added.",) if len(told) > 1 else (),
        is_default=False,
    )


def side_of(low_mgy: float, high_mgy: float, mark_mgy: float) -> Side:
    """Where an interval stands to a mark; one that ends at the mark is below it."""
    if high_mgy <= mark_mgy:
        return "below"
    return "above" if low_mgy > mark_mgy else "across"


def sides(low_mgy: float, high_mgy: float) -> dict[float, Side]:
    """Where an interval, mGy, stands to each mark, by its dose in mGy."""
    return {one.dose_mgy: side_of(low_mgy, high_mgy, one.dose_mgy) for one in conceptus_marks()}


def _upper(one: Estimate) -> float:
    return one.value if one.high is None else one.high
