"""Activity that was given to a child, over the one that the EANM dosage card of 2016 recommends."""

from typing import Final

from doseloop.dosimetry import paediatric_activity
from doseloop.dosimetry.method import Method
from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.tracer_given import activity_assumptions, activity_given_mbq
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.subject import Subject
from doseloop.model.tracer import Administration

METHOD: Final = Method(
    id="activity-to-recommended-eanm-2016",
    version=1,
    quantity="activity_to_recommended",
    title="Activity given to a child against the EANM dosage card of 2016",
    equation="r = A / A_rec\nA: administered activity, MBq; A_rec: recommended activity, MBq",
    validity=paediatric_activity.METHOD.validity,
    uncertainty="The card gives none.",
    sources=paediatric_activity.METHOD.sources,
    not_verified="No published example of the ratio was seen; the recommended activity itself is verified.",
)


def activity_ratio(activity_mbq: float, recommended_mbq: float) -> float:
    """Administered over recommended activity, both MBq. Errors: `ValueError` where either is not above 0.

    >>> activity_ratio(50.0, 100.0)
    0.5
    """
    if not (activity_mbq > 0 and recommended_mbq > 0):
        raise ValueError("Both activities are above 0.")
    return activity_mbq / recommended_mbq


def estimate(administration: Administration, nuclide: str, product: str, subject: Subject, use: str = "") -> Estimated:
    """The ratio for one administration, or what is missing; arguments as of `paediatric_activity.estimate`."""
    recommended = paediatric_activity.estimate(administration, nuclide, product, subject, use)
    if isinstance(recommended, NotEstimated):
        return NotEstimated(METHOD.quantity, METHOD.id, recommended.reason)
    try:
        activity_mbq = activity_given_mbq(administration)
    except Missing as missing:
        return NotEstimated(METHOD.quantity, METHOD.id, str(missing))
    return Estimate(
        quantity=METHOD.quantity,
        value=activity_ratio(activity_mbq, recommended.value),
        method=METHOD.id,
        version=METHOD.version,
        verified=METHOD.is_verified and recommended.verified,
        inputs=(
            Input("activity_mbq", activity_mbq, "object"),
            Input("recommended_activity_mbq", recommended.value, "method", recommended.method),
            *recommended.inputs,
        ),
        coefficients=recommended.coefficients,
        assumptions=(*recommended.assumptions, *activity_assumptions(administration)),
        is_default=False,
    )
