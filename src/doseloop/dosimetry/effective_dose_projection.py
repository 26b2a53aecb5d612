"""Effective dose of radiography and fluoroscopy from the kerma-area product, where a coefficient of the procedure was published."""

from math import isfinite
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.dosimetry.projection_coefficients import REGIONS, Choice, choices
from doseloop.model.estimate import Estimate, Estimated, Input, InputSource, NotEstimated
from doseloop.model.projection import ProjectionEvent
from doseloop.model.subject import Subject
from doseloop.reference.procedures import catalogue

METHOD: Final = Method(
    id="effective-dose-kap",
    version=1,
    quantity="effective_dose_msv",
    title="Effective dose from kerma-area product",
    equation="E = k * P_KA\nP_KA: kerma-area product, Gy·cm²; k: coefficient of procedure and age, mSv/(Gy·cm²)",
    validity="Coronary angiography and intervention of adults, by copper filter, else by procedure. Cardiac procedures of "
    "children up to 15 years, by ICRP 60 alone. Angiography of the lower limbs of adults with the tube under the couch and no "
    "added copper. Radiographs of chest, abdomen, pelvis and lumbar spine of adults: these coefficients were not seen in their "
    "source. "
    "Other procedures and ages are not estimated.",
    uncertainty="Brambilla et al. and Karambatsakidou et al. give a spread, taken for one standard deviation. Vano et al. give "
    "0.05 for the mean of a laboratory and none by filter; Smans et al. give none.",
    sources=(
        Source(
            "Brambilla et al. (2017)",
            "abstract: 23.2 Gy·cm² and 6.9 mSv are the medians of coronary angiography, 0.30 the coefficient",
            "https://eld.bl.uk/catalog/100054182408_0x000001",
        ),
        Source("Vano et al., Physica Medica", "abstract", "https://attachments.academia-assets.com/98530946/1.html"),
        Source(
            "Karambatsakidou et al. (2009), Br J Radiol 82(981):748-755",
            "abstract",
            "https://metajournal.com/articles/1151961",
        ),
        Source(
            "Smans et al. (2008), Radiation Protection Dosimetry",
            "abstract",
            "https://researchportal.sckcen.be/en/publications/a-study-of-the-correlation-between-dose-area-product-and-effectiv",
        ),
        Source(
            "Hart et al. (2010), HPA-CRCE-012",
            "coefficients of radiographs; not seen",
            "https://assets.publishing.service.gov.uk/media/5a7d618440f0b60a7f1aa285/HPA-CRCE-012_for_website.pdf",
        ),
    ),
    example="effective_dose_projection:effective_dose_msv",
)
_DEFAULT_WEIGHTS: Final = "ICRP 103"


def effective_dose_msv(kap_gy_cm2: float, coefficient_msv_per_gy_cm2: float) -> float:
    """Effective dose, mSv, from the kerma-area product, Gy·cm², and a coefficient, mSv/(Gy·cm²).

    Errors: `ValueError` for a kerma-area product below 0, a coefficient that is not above 0, or one that is not finite.

    Brambilla et al. (abstract): median kerma-area product of coronary angiography 23.2 Gy·cm², median effective dose 6.9 mSv,
    coefficient 0.30 (rounded, so that the product is 1 % past the median):

    >>> round(effective_dose_msv(23.2, 0.30))
    7
    """
    if not (isfinite(kap_gy_cm2) and kap_gy_cm2 >= 0):
        raise ValueError("A kerma-area product is not below 0.")
    if not (isfinite(coefficient_msv_per_gy_cm2) and coefficient_msv_per_gy_cm2 > 0):
        raise ValueError("A coefficient is above 0.")
    return kap_gy_cm2 * coefficient_msv_per_gy_cm2


def estimates(event: ProjectionEvent, subject: Subject, procedure: str | None) -> tuple[Estimated, ...]:
    """Effective dose of one exposure by every set that holds for it, the default first; else one `NotEstimated` with the reason.

    `procedure` is a key of the catalogue.
    """
    return _estimates(event.dap_gy_cm2.value if event.dap_gy_cm2 else None, "object", event, subject, procedure)


def of_total(
    kap_gy_cm2: float | None, subject: Subject, procedure: str | None, source: InputSource = "exam"
) -> tuple[Estimated, ...]:
    """Effective dose from the total of an exam whose exposures are not known: by the sets that need no filter and no view."""
    return _estimates(kap_gy_cm2, source, ProjectionEvent(), subject, procedure)


def _estimates(
    kap: float | None, source: InputSource, event: ProjectionEvent, subject: Subject, procedure: str | None
) -> tuple[Estimated, ...]:
    age = subject.age_years
    if kap is None or not (isfinite(kap) and kap >= 0):
        return (_none("The kerma-area product is not recorded."),)
    if procedure not in REGIONS:
        return (_none("No coefficient from the kerma-area product was found for the procedure."),)
    if age is None or not (isfinite(age) and age >= 0):
        return (_none("The age of the patient is not known."),)
    if _is_elsewhere(event, procedure):
        return (_none("The object names another region than the procedure of the exam."),)
    found = choices(procedure, event, age)
    known = [one for one in found if isinstance(one, Choice)]
    if not known:
        reasons = " ".join(one for one in found if isinstance(one, str))
        return (_none(reasons or "No coefficient is known for the age of the patient."),)
    given = (
        Input("dap_gy_cm2", kap, source),
        Input("age_years", age, "exam"),
        Input("procedure", procedure, "procedure"),
    )
    default = next((one for one in known if _may_be_default(one)), None)
    return tuple(_estimate(kap, one, given, is_default=one is default) for one in known)


def _may_be_default(choice: Choice) -> bool:
    """Values by older tissue weights, or by a set that was not verified, stand beside others and for none."""
    return choice.of.is_verified and choice.of.facts["tissue_weights"] == _DEFAULT_WEIGHTS


def _estimate(kap: float, choice: Choice, given: tuple[Input, ...], *, is_default: bool) -> Estimate:
    return Estimate(
        METHOD.quantity,
        effective_dose_msv(kap, choice.value),
        METHOD.id,
        METHOD.version,
        METHOD.is_verified and choice.of.is_verified,
        None if choice.low is None else kap * choice.low,
        None if choice.high is None else kap * choice.high,
        inputs=(*given, *choice.inputs, Input("coefficient_msv_per_gy_cm2", choice.value, "method", choice.of.id)),
        coefficients=choice.of.id,
        assumptions=choice.assumptions,
        is_default=is_default,
    )


def _is_elsewhere(event: ProjectionEvent, procedure: str) -> bool:
    """Whether the exposure names a region (123014, or Body Part Examined) that the procedure does not go to."""
    named = [event.target_region.value.meaning] if event.target_region else []
    named += [event.image.body_part] if event.image and event.image.body_part else []
    regions = catalogue().regions_of(named)
    return bool(regions) and not regions & REGIONS[procedure]


def _none(reason: str) -> NotEstimated:
    return NotEstimated(METHOD.quantity, METHOD.id, reason)
