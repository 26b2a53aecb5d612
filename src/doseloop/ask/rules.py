"""What an installation may set about answers."""

from dataclasses import dataclass
from typing import Final

from doseloop.assess.level_settings import DEFAULT_SETTINGS, Settings


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of answers."""

    least_exams_of_person: int = 10
    """Fewer exams of one operator or physician are not shown (`people_least_exams`)."""
    levels: Settings = DEFAULT_SETTINGS
    """How large a group must be for a reference level to be compared with, and who is of standard size."""
    most_rows: int = 2_000
    """Groups that a table holds; a list has the 1,000 of the plan at most."""
    most_points: int = 500
    """Of a cloud of single values."""
    list_rows: int = 50
    """Of a list, where none were asked for."""


DEFAULT_RULES: Final = Rules()
OUTLIER_RANGES: Final = 1.5
"""Interquartile ranges beyond the quartiles (Tukey, Exploratory Data Analysis, 1977)."""
OUTLIER_LEAST: Final = 20
"""Values of a procedure, age and phantom below which none is called an outlier."""
