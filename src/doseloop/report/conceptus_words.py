"""Words of the report of a conceptus dose, the same on page and paper."""

from collections.abc import Iterator
from typing import Final

from doseloop.model.quantities import number_shown
from doseloop.report.conceptus_entries import Entries, EventEntry

BASES_SAID: Final = {
    "events": "the sum over the exposures",
    "procedure": "the typical range of the procedure",
    "own": "an interval of the physicist’s own",
}
PLACEMENTS_SAID: Final = {
    "in field": "wholly in the field",
    "at edge": "in part, or close to its edge",
    "outside": "outside: the field ends at the chest, or farther away",
}
COUNTS_SAID: Final = {"computed": "as computed", "own": "with an interval of my own", "left out": "not at all"}
SIDES_SAID: Final = {
    "below": "the estimate is below",
    "across": "the estimate reaches across",
    "above": "the estimate is above",
}

SEEN_SAID: Final = {
    "primary": "read in the text itself",
    "primary_quoted": "as others quote it",
    "secondary_multiple": "as several give it",
    "secondary": "second-hand",
}
"""How a mark was seen."""
NOT_VERIFIED: Final = "Not verified"


def where(entry: EventEntry) -> str:
    """How the uterus lay to one exposure, as entered; empty where nothing was."""
    said = [PLACEMENTS_SAID[entry.placement]] if entry.placement else []
    said += [entry.view] if entry.view else []
    said += [f"diameter {entry.diameter_mm / 10:g} cm"] if entry.diameter_mm is not None else []
    if entry.entrance_kerma_mgy is not None:
        said.append(f"entrance kerma {number_shown('ka_i_mgy', entry.entrance_kerma_mgy)} mGy")
    return ", ".join(said)


def entered(entries: Entries) -> Iterator[tuple[str, str]]:
    """What was entered for the whole exam, as pairs of words."""
    yield "Result is", BASES_SAID[entries.basis]
    yield "Uterus", PLACEMENTS_SAID[entries.placement] if entries.placement else "not said for all"
    yield "Gestational age", _number(entries.gestational_age_weeks, "weeks")
    yield "Depth of the conceptus", _number(entries.depth_mm, "cm", 10)
    yield "Diameter of the patient", _number(entries.diameter_mm, "cm", 10)


def _number(value: float | None, unit: str, per: float = 1) -> str:
    return "not said" if value is None else f"{value / per:g} {unit}"
