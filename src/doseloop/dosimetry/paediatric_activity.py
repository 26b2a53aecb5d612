"""Activity that the EANM dosage card of 2016 recommends for a child: baseline times the multiple of class and weight."""

from typing import Final

from doseloop.dosimetry.activity_per_kg import weight_given_kg
from doseloop.dosimetry.method import Method, Source
from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.tracer_given import reference_age, tracer_given
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.subject import Subject
from doseloop.model.tracer import Administration
from doseloop.reference.coefficients import CoefficientSet, coefficient_set
from doseloop.reference.tracers import Tracer

METHOD: Final = Method(
    id="recommended-activity-eanm-2016",
    version=1,
    quantity="recommended_activity_mbq",
    title="Recommended activity for a child (EANM dosage card of 2016)",
    equation=(
        "A = max(b * m, A_min)\nb: baseline activity, MBq; m: multiple of class and weight; "
        "A_min: least recommended activity, MBq"
    ),
    validity=(
        "Children to 17 years and from 3 to 68 kg. The row of the card that is nearest to the weight counts, the lighter of "
        "two that are as near; 52 and 54 kg are left out, since what was seen of the card differs there, and so is DMSA."
    ),
    uncertainty="The card gives none.",
    sources=(
        Source("EANM Paediatric Dosage Card (2016)", "multiples and baselines", "https://eanm.org/publications/useful-resources/dosage-card"),
        Source("EANM practice guideline on bone scintigraphy", "Table 1: bisphosphonates, 40 MBq at 3.5 kg to 375 MBq at 50 kg",
            "https://books.ipskampprinting.nl/thesis/606810-vdBruggen/44/"),
    ),
    example="paediatric_activity:recommended_activity_mbq",
)  # fmt: skip

_BASELINES: Final = ("eanm-card-2016-baselines", "eanm-card-2016-baselines-one-text")
_MULTIPLES: Final = "eanm-card-2016-multiples"
_LEAST_KG, _MOST_KG = 3.0, 68.0
_CARD_KG: Final[tuple[int, ...]] = (3, *range(4, 70, 2))


def recommended_activity_mbq(baseline_mbq: float, multiple: float, least_mbq: float) -> float:
    """Recommended activity, MBq, from baseline, MBq, multiple and least activity, MBq. Errors: `ValueError` for one not above 0.

    Table 1 of the EANM practice guideline on bone scintigraphy rounds to 5 MBq: baseline 35 MBq of class B and at least 40 MBq
    are 40 MBq at 3.5 kg, 95 at 10, 170 at 20, 240 at 30, 310 at 40 and 375 at 50 kg (multiples 1, 2.71, 4.86, 6.86, 8.86, 10.71).

    >>> [5 * round(recommended_activity_mbq(35.0, m, 40.0) / 5) for m in (1.0, 2.71, 4.86, 6.86, 8.86, 10.71)]
    [40, 95, 170, 240, 310, 375]
    """
    if not all(one > 0 for one in (baseline_mbq, multiple, least_mbq)):
        raise ValueError("Baseline, multiple and least activity are above 0.")
    return max(baseline_mbq * multiple, least_mbq)


def card_weight_kg(weight_kg: float) -> int:
    """The weight of the card's row that counts, kg: the nearest, the lighter of two as near. Errors: `Missing` outside of
    the card.

    >>> card_weight_kg(3.4), card_weight_kg(5.0), card_weight_kg(5.1)
    (3, 4, 6)
    """
    if not _LEAST_KG <= weight_kg <= _MOST_KG:
        raise Missing("The card holds from 3 to 68 kg.")
    return min(_CARD_KG, key=lambda row_kg: (abs(row_kg - weight_kg), row_kg))


def estimate(administration: Administration, nuclide: str, product: str, subject: Subject, use: str = "") -> Estimated:
    """Recommended activity for the child of one administration, or what is missing.

    `use` is one of the tracer's uses of the card (`Tracer.card`, for instance `f18-fdg-brain`); it may be empty where there is
    one alone.
    """
    try:
        return _estimate(tracer_given(administration, nuclide, product), subject, use)
    except Missing as missing:
        return NotEstimated(METHOD.quantity, METHOD.id, str(missing))


def _estimate(tracer: Tracer, subject: Subject, use: str) -> Estimate:
    if reference_age(subject.age_years) == "adult":
        raise Missing("The card is for children.")
    use, weight_kg = _use(tracer, use), weight_given_kg(subject)
    baselines, class_ = _baselines(use)
    row_kg, multiples = card_weight_kg(weight_kg), coefficient_set(_MULTIPLES)
    multiple = multiples.rows.get((class_, row_kg))
    if multiple is None:
        raise Missing(f"The row of {row_kg} kg of the card was not confirmed.")
    baseline, least = (baselines.rows[use, class_, bound] for bound in ("baseline", "least"))
    assert subject.age_years is not None
    return Estimate(
        quantity=METHOD.quantity,
        value=recommended_activity_mbq(baseline, multiple, least),
        method=METHOD.id,
        version=METHOD.version,
        verified=METHOD.is_verified and baselines.is_verified and multiples.is_verified,
        inputs=(
            Input("weight_kg", weight_kg, "exam"),
            Input("age_years", subject.age_years, "exam"),
            Input("use", use, "object" if len(tracer.card) == 1 else "procedure"),
            Input("baseline_mbq", baseline, "method", baselines.title),
            Input("multiple", multiple, "method", f"{multiples.title}: class {class_}, {row_kg} kg"),
            Input("least_mbq", least, "method", baselines.title),
        ),
        coefficients=baselines.id,
        assumptions=(f"The row of {row_kg} kg of the card counts.",),
        is_default=baselines.is_verified,
    )


def _use(tracer: Tracer, use: str) -> str:
    if not tracer.card:
        raise Missing(f"What was confirmed of the card has no row for {tracer.title}.")
    if use and use not in tracer.card:
        raise Missing(f"The card has no use “{use}” of {tracer.title}.")
    if not use and len(tracer.card) > 1:
        raise Missing(f"The card has several uses of {tracer.title}, and which one it was is not known.")
    return use or tracer.card[0]


def _baselines(use: str) -> tuple[CoefficientSet, str]:
    """The set that has a use, the confirmed one first, and the class of the use."""
    for one in map(coefficient_set, _BASELINES):
        classes = {str(class_) for key, class_, _ in one.rows if key == use}
        if classes:
            return one, min(classes)
    raise Missing(f"What was confirmed of the card has no row “{use}”.")
