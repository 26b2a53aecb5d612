"""Effective dose of a tracer: its activity times the coefficient of the substance and the reference age."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.tracer_given import (
    Age,
    activity_assumptions,
    activity_given_mbq,
    age_assumption,
    reference_age,
    tracer_given,
)
from doseloop.dosimetry.tracer_validity import must_be_diagnostic, must_hold
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.reading import Code
from doseloop.model.subject import Subject
from doseloop.model.tracer import Administration
from doseloop.reference.coefficients import CoefficientSet, coefficient_set
from doseloop.reference.tracers import Tracer

METHOD: Final = Method(
    id="effective-dose-tracer",
    version=1,
    quantity="effective_dose_msv",
    title="Effective dose of a radiopharmaceutical",
    equation="E = A * c\nA: administered activity, MBq; c: coefficient of tracer and reference age, mSv/MBq",
    validity=(
        "A reference person (adult, 15, 10, 5, 1 years) with normal distribution of the tracer, given into a vein for diagnosis. "
        "Not for therapy, not for iodide without the uptake of the thyroid; other routes and ages without a coefficient "
        "give no value."
    ),
    uncertainty=(
        "The sources that were seen give none for a patient; that of florbetapir gives a standard deviation of 23 %. Where rest or "
        "stress is not recorded, the interval spans both coefficients."
    ),
    sources=(
        Source("ICRP Publication 128 (2015)", "effective dose per activity", "https://www.icrp.org/publication.asp?id=ICRP%20Publication%20128"),
        Source("PMC4472480", "Table 3: 370 MBq of F-18 FDG give 7.0 mSv", "https://pmc.ncbi.nlm.nih.gov/articles/PMC4472480/table/T3"),
    ),
    example="effective_dose_tracer:effective_dose_msv",
)  # fmt: skip

SETS: Final = (
    "nm-icrp128", "nm-icrp106", "nm-netspot", "nm-hartmann-2009", "nm-joshi-2014", "nm-andersson-2015",
    "nm-icrp128-one-text", "nm-fda-one-text", "nm-five-pet-icrp103",
)  # fmt: skip
"""Whose value stands first: the newest publication of the ICRP, an older one, labels and single studies, a recomputation for
adults with the weights of ICRP 103; those that were not verified come last and never stand for the quantity."""


def effective_dose_msv(activity_mbq: float, coefficient_msv_per_mbq: float) -> float:
    """Effective dose, mSv, from activity, MBq, and coefficient, mSv/MBq. Errors: `ValueError` for either below 0.

    F-18 FDG and In-111 pentetreotide in Table 3 of PMC4472480: 370 MBq with 1.9E-02 and 74 MBq with 8.0E-02 mSv/MBq give 7.0 and
    5.9 mSv.

    >>> round(effective_dose_msv(370.0, 1.9e-2), 1), round(effective_dose_msv(74.0, 8.0e-2), 1)
    (7.0, 5.9)
    """
    if not (activity_mbq >= 0 and coefficient_msv_per_mbq >= 0):
        raise ValueError("Neither an activity nor a coefficient is below 0.")
    return activity_mbq * coefficient_msv_per_mbq


def estimate(
    administration: Administration, nuclide: str, product: str, subject: Subject, states: Sequence[Code] = ()
) -> Estimated:
    """The effective dose that stands for an administration, or why there is none; the first of `estimates`."""
    return estimates(administration, nuclide, product, subject, states)[0]


def estimates(
    administration: Administration, nuclide: str, product: str, subject: Subject, states: Sequence[Code] = ()
) -> tuple[Estimated, ...]:
    """The effective dose by each set of coefficients that knows tracer and age, in the order of `SETS`; never empty.

    `nuclide` (`F-18`) and `product` are normalised, empty where not recorded; `states` are those of the patient (CID 10045).
    """
    try:
        return tuple(_estimates(administration, nuclide, product, subject, {one.value for one in states}))
    except Missing as missing:
        return (NotEstimated(METHOD.quantity, METHOD.id, str(missing)),)


def _estimates(
    administration: Administration, nuclide: str, product: str, subject: Subject, states: set[str]
) -> Iterator[Estimate]:
    must_be_diagnostic(nuclide)
    tracer = tracer_given(administration, nuclide, product)
    must_hold(tracer, administration, states)
    activity_mbq, age = activity_given_mbq(administration), reference_age(subject.age_years)
    known = {one.id: one for one in map(coefficient_set, SETS)}
    found = [(one, rows) for one in known.values() if (rows := _coefficients(one, tracer, age, states))]
    if not found:
        years = "an adult" if age == "adult" else f"a reference age of {age} years"
        raise Missing(f"No coefficient of {tracer.title} for {years} was seen in a source.")
    inputs = _inputs(tracer, activity_mbq, subject)
    assumed = (*_assumptions(tracer, administration), age_assumption(age))
    for position, (one, rows) in enumerate(found):
        yield _estimate(one, rows, activity_mbq, inputs, assumed, is_first=position == 0)


def _coefficients(one: CoefficientSet, tracer: Tracer, age: Age, states: set[str]) -> Mapping[str, float]:
    """Coefficients by the words of their state: one where the state is told or does not matter."""
    rows = [row for row in tracer.rows if (row.row, age) in one.rows]
    told = [row for row in rows if row.state in states]
    return {row.words: one.rows[row.row, age] for row in (told if len(told) == 1 else rows)}


def _estimate(
    one: CoefficientSet,
    rows: Mapping[str, float],
    activity_mbq: float,
    inputs: tuple[Input, ...],
    assumed: tuple[str, ...],
    *,
    is_first: bool,
) -> Estimate:
    words, most = max(rows.items(), key=lambda row: row[1])
    several = len(rows) > 1
    if several:
        assumed = (
            *assumed,
            f"Whether it was {' or '.join(rows)} is not recorded: the higher coefficient, {words}, is used.",
        )
    return Estimate(
        quantity=METHOD.quantity,
        value=effective_dose_msv(activity_mbq, most),
        method=METHOD.id,
        version=METHOD.version,
        verified=METHOD.is_verified and one.is_verified,
        low=effective_dose_msv(activity_mbq, min(rows.values())) if several else None,
        high=effective_dose_msv(activity_mbq, most) if several else None,
        inputs=(*inputs, Input("coefficient_msv_per_mbq", most, "method", f"{one.title}; {one.place}")),
        coefficients=one.id,
        assumptions=assumed,
        is_default=is_first and one.is_verified,
    )


def _inputs(tracer: Tracer, activity_mbq: float, subject: Subject) -> tuple[Input, ...]:
    assert subject.age_years is not None
    return (
        Input("activity_mbq", activity_mbq, "object"),
        Input("tracer", tracer.title, "object"),
        Input("age_years", subject.age_years, "exam"),
    )


def _assumptions(tracer: Tracer, administration: Administration) -> tuple[str, ...]:
    route = () if administration.route else ("The route is not recorded: intravenous is taken.",)
    return (*activity_assumptions(administration), *route, *tracer.assumes)
