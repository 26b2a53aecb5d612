"""Administered activity per kilogram of body weight."""

import math
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.tracer_given import activity_assumptions, activity_given_mbq
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.subject import Subject
from doseloop.model.tracer import Administration

METHOD: Final = Method(
    id="activity-per-kg",
    version=1,
    quantity="activity_per_kg_mbq_kg",
    title="Administered activity per body weight",
    equation="a = A / m\nA: administered activity, MBq; m: weight of the patient, kg",
    validity="Any patient whose weight is known and above 0.",
    uncertainty="That of activity and weight; the sources give none.",
    sources=(
        Source("ICRP Publication 135", "diagnostic reference levels of nuclear medicine"),
        Source("J Nucl Med Technol 42(3):163", "table for children: 37 MBq at 20 kg are 1.85 MBq/kg", "https://tech.snmjournals.org/content/42/3/163/tab-figures-data"),
    ),
    example="activity_per_kg:activity_per_kg_mbq_kg",
)  # fmt: skip


def activity_per_kg_mbq_kg(activity_mbq: float, weight_kg: float) -> float:
    """Activity per weight, MBq/kg, from MBq and kg. Errors: `ValueError` for an activity below 0 or a weight not above 0.

    The table for children at tech.snmjournals.org/content/42/3/163: 37 MBq of pertechnetate at 20 kg are 1.85 MBq/kg.

    >>> activity_per_kg_mbq_kg(37.0, 20.0)
    1.85
    """
    if not (activity_mbq >= 0 and weight_kg > 0):
        raise ValueError("An activity is not below 0, and a weight is above 0.")
    return activity_mbq / weight_kg


def weight_given_kg(subject: Subject) -> float:
    """Weight of the patient, kg. Errors: `Missing` where it is not known, not above 0 or not finite."""
    if subject.weight_kg is None:
        raise Missing("The weight of the patient is not known.")
    if not math.isfinite(subject.weight_kg) or subject.weight_kg <= 0:
        raise Missing("The weight of the patient is not above 0.")
    return subject.weight_kg


def estimate(administration: Administration, subject: Subject) -> Estimated:
    """Administered activity per kilogram of one administration, or what is missing."""
    try:
        activity_mbq, weight_kg = activity_given_mbq(administration), weight_given_kg(subject)
    except Missing as missing:
        return NotEstimated(METHOD.quantity, METHOD.id, str(missing))
    return Estimate(
        quantity=METHOD.quantity,
        value=activity_per_kg_mbq_kg(activity_mbq, weight_kg),
        method=METHOD.id,
        version=METHOD.version,
        verified=METHOD.is_verified,
        inputs=(Input("activity_mbq", activity_mbq, "object"), Input("weight_kg", weight_kg, "exam")),
        assumptions=activity_assumptions(administration),
    )
