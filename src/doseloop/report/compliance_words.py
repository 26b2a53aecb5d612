"""The compliance report in words: method, what was left out, how a set was verified."""

from typing import Final

from doseloop.assess.level_settings import Settings
from doseloop.assess.percentiles import RESAMPLES

_VERIFICATIONS: Final = {
    "primary": "read in the authority's text",
    "primary_mirror": "read in a mirror of the authority's text",
    "abstract": "read in an abstract only",
    "secondary_quoted": "as quoted by another source",
    "secondary": "from another source",
    "own": "the site's own",
}
_EXCLUDED: Final = {
    "n_provisional": "Provisional",
    "n_outside_age": "Other or unknown age",
    "n_outside_size": "Other or unknown size",
    "n_other_phantom": "Other phantom",
    "n_unknown_phantom": "Phantom not known",
}
STATES_SAID: Final = {
    "above": "the median is greater than the level",
    "within": "the median is not greater than the level",
    "low": "the median is below the set’s 25th percentile",
    "too few": "fewer patients than a comparison needs",
    "no verdict": "the values are not comparable with the level",
}


def verification_said(key: str) -> str:
    """How the values of a level are known."""
    return _VERIFICATIONS[key]


def excluded_said(key: str) -> str:
    """Why values were left out, as a heading."""
    return _EXCLUDED[key]


def method(settings: Settings) -> tuple[str, ...]:
    """How the figures were made, a paragraph each. Sources: ICRP Publication 135 (2017); IEC 60601-2-44."""
    low, high = settings.standard_weight_kg
    others = ", ".join(f"{number} for {modality}" for modality, number in sorted(settings.min_n_of.items()))
    return (
        (
            "A reference level is compared with the median of a group of patients, never with one exam (ICRP Publication "
            "135). A group is one procedure on one scanner, of patients whom the level is for."
        ),
        (
            f"A comparison needs at least {settings.min_n} patients of a group{f' ({others})' if others else ''}, and "
            f"{settings.min_n_children} for children. With fewer it says “too few” and gives the median as information."
        ),
        (
            f"For adults the median is of those of {low:g} to {high:g} kg where enough weights are known, or of the weights "
            "that the level names; otherwise it is of all sizes, which is said with the number without weight. Children are "
            "compared by the level's ages or weights."
        ),
        (
            "CTDIvol and DLP are compared only with levels for the same CTDI phantom (16 or 32 cm, IEC 60601-2-44). Where a "
            "value's phantom or the level's is not known there is no verdict."
        ),
        (
            f"The interval is a bootstrap interval of the median ({100 * settings.confidence:g} %, {RESAMPLES} resamples, a "
            "fixed seed). Where it holds the level, another sample might have come out on the other side. "
            "Percentiles are type 7 of Hyndman and Fan."
        ),
        (
            "Exams that were set apart as phantom or test, estimates from image headers and exams that may still grow are in no "
            "median. Every other value that was left out is counted in this report."
        ),
        (
            "A level that is exceeded is a reason to look at the protocol, not a limit: image quality, the indication and the "
            "patients belong to the answer."
        ),
    )
