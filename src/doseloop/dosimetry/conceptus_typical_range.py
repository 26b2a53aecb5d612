"""Typical dose to the conceptus of an examination, as texts give it: a range, of no patient in particular."""

from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.reference.coefficients import coefficient_set

QUANTITY: Final = "conceptus_dose_mgy"
RANGES: Final = "conceptus-typical"
METHOD: Final = Method(
    id="conceptus-dose-typical-range",
    version=1,
    quantity=QUANTITY,
    title="Typical dose to the conceptus of an examination",
    equation="low <= D <= high\nlow, high: lowest and highest dose that texts call typical of the examination, mGy",
    validity="An adult, one examination in its usual way. Nothing of the exposure is in it: it holds for no patient in particular.",
    uncertainty="The spread of the texts; single doses lie outside of it.",
    sources=(
        Source("ICRP Publication 84, as two summaries give its means", "", "https://first10em.com/radiation-doses"),
        Source("Bushberg et al., The Essential Physics of Medical Imaging", "appendix E"),
        Source("Hurwitz et al., AJR 2006;186:871", "abstract", "https://doi.org/10.2214/AJR.04.1915"),
    ),
    not_verified="The ranges are the spread of second-hand tables, and the publications themselves were not read.",
)


def procedures() -> tuple[str, ...]:
    """Keys of the procedures (`reference.procedures`) that have a range."""
    return tuple(dict.fromkeys(str(procedure) for procedure, _ in coefficient_set(RANGES).rows))


def estimate(procedure: str | None) -> Estimated:
    """The range of a procedure (key); its value is the upper end."""
    rows = coefficient_set(RANGES).rows
    if procedure is None or (procedure, "low") not in rows:
        return NotEstimated(QUANTITY, METHOD.id, "No typical range was seen for this procedure.")
    low, high = rows[procedure, "low"], rows[procedure, "high"]
    return Estimate(
        QUANTITY,
        high,
        METHOD.id,
        METHOD.version,
        verified=METHOD.is_verified,
        low=low,
        high=high,
        inputs=(Input("procedure", procedure, "procedure"),),
        coefficients=RANGES,
        assumptions=("The examination was done in its usual way, once.",),
        is_default=False,
    )
