"""What the fields of a plan's filters hold, and which values each takes."""

from types import MappingProxyType
from typing import Final, Literal

from doseloop.ask.measures import MEASURES

Kind = Literal["name", "word", "number", "whole", "truth"]

PEOPLE: Final = frozenset(("operator", "physician"))
PROCEDURAL: Final = frozenset(("procedure", "region"))
"""A plan that names these is about the procedures within exams, and not about whole exams."""
NAMES: Final = frozenset(("modality", "scanner", "site", "protocol", "procedure", "region", "manufacturer", *PEOPLE))
MEASURED: Final = MappingProxyType({"kar_mgy": "kar", "psd_mgy": "psd"})
"""Filters on quantities that have another name than the quantity."""
WORDS: Final = MappingProxyType(
    {
        "sex": frozenset(("F", "M", "O")),
        "age_group": frozenset(("paediatric", "adult", "elderly")),
        "protocol_age_group": frozenset(("paediatric", "adult")),
        "exceeds": frozenset(("local_drl", "national_drl", "achievable_dose", "typical_value", "alert_level")),
    }
)
TRUTHS: Final = frozenset(("contrast", "is_outlier"))
WHOLE: Final = MappingProxyType({"hour_of_day": (0, 23), "weekday": (0, 6)})
ADULT_YEARS: Final = 18.0
ELDERLY_YEARS: Final = 65.0
DAY_HOURS: Final = (7, 19)
"""The day shift: from the first hour up to, not including, the second; the rest is night."""
WEIGHT_KG: Final = (5.0, 15.0, 30.0, 50.0, 80.0)
"""Where bands of weight begin after the first: those of children of ICRP Publication 135, and one above."""
THICKNESS_MM: Final = (20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0)
REPEAT_HOURS: Final = 24
"""An exam of a patient within these hours after another of the same modality is a repeat."""


def kind_of(field: str) -> Kind:
    """What a filter's field holds."""
    if field in NAMES:
        return "name"
    if field in WORDS:
        return "word"
    if field in TRUTHS:
        return "truth"
    return "whole" if field in WHOLE else "number"


def measure_of(field: str) -> str | None:
    """The quantity that a filter is about; None of one that is about none. Weight is a property of the patient here."""
    name = MEASURED.get(field, field)
    return name if (name in MEASURES and name != "weight_kg") or name == "psd" else None
