"""Height and weight of a patient at an exam, each with where it came from.

Of imported measurements the one nearest in time to the exam counts, within a number of days. How many is a line of our own:
adults rarely change by more than a tenth in a month, and an infant gains that in a week or two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from doseloop.harmonise.age_bands import ADULT_FROM_YEARS
from doseloop.model.precedence import chosen
from doseloop.reference.physical_bounds import bounds_of, least_of

QUANTITIES: Final = ("height_m", "weight_kg")
DIFFERS_FROM: Final = 0.1
"""By more than this share of the object's size one of both is worth a look: a line of our own."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How many days a measurement may lie before or after the exam."""

    adult_days: float = 30.0
    child_days: float = 7.0
    """Also where the age is not known."""

    def days(self, age_years: float | None) -> float:
        """For a patient of that age."""
        is_adult = age_years is not None and age_years >= ADULT_FROM_YEARS
        return self.adult_days if is_adult else self.child_days


DEFAULT_WINDOWS: Final = Windows()


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement that was imported. Missing values are None."""

    key: int
    """The later import has the higher one."""
    measured_at: str
    """Wall clock, ISO; empty for one that was given for the very study."""
    height_m: float | None = None
    weight_kg: float | None = None
    by_choice: bool = False
    """Whether a person lets it hold against the object."""


@dataclass(frozen=True, slots=True)
class Size:
    """A height (m) or weight (kg), where it came from (`model.precedence`, `size`) and when it was measured."""

    value: float
    source: str
    measured_at: str = ""
    """Empty where the exam's object tells it, or the time is not known."""
    measurement: int | None = None


@dataclass(frozen=True, slots=True)
class ExamOfSize:
    """What is known of an exam's patient before anything imported."""

    started_at: str
    age_years: float | None
    height_m: float | None
    weight_kg: float | None


def size_at_exam(quantity: str, exam: ExamOfSize, measured: Iterable[Measured], windows: Windows) -> Size | None:
    """The height or weight (`height_m`, `weight_kg`) by the table of precedence; None where no source has one."""
    near = nearest(quantity, exam, measured, windows)
    imported = _size(near, quantity) if near else None
    written = getattr(exam, quantity)
    found = chosen(
        "size",
        {
            "imported by choice": imported if near and near.by_choice else None,
            "object": None if written is None else Size(written, "object"),
            "imported": imported,
            "water-equivalent diameter": None,  # estimated from CT images: the place where it will stand
        },
    )
    return found[1] if found else None


def nearest(quantity: str, exam: ExamOfSize, measured: Iterable[Measured], windows: Windows) -> Measured | None:
    """The measurement of the quantity that is nearest to the exam, before or after it; of equally near ones the later import."""
    told = [one for one in measured if is_plausible(quantity, getattr(one, quantity), exam.age_years)]
    near = [(distance, -one.key, one) for one in told if (distance := _distance_days(one, exam)) is not None]
    within = [one for one in near if one[0] <= windows.days(exam.age_years)]
    return min(within, key=lambda one: one[:2])[2] if within else None


def is_plausible(quantity: str, value: float | None, age_years: float | None = None) -> bool:
    """Whether a size can be a patient's of that age; False for None."""
    if value is None:
        return False
    of = "adult" if age_years is not None and age_years >= ADULT_FROM_YEARS else "patient"
    return least_of(of)[quantity] <= value <= bounds_of(of)[quantity]


def differs(imported: float, written: float) -> bool:
    """Whether a file and an object disagree by more than a body changes within the days."""
    return abs(imported - written) > DIFFERS_FROM * written


def _size(one: Measured, quantity: str) -> Size:
    source = "imported by choice" if one.by_choice else "imported"
    return Size(getattr(one, quantity), source, one.measured_at, one.key)


def _distance_days(one: Measured, exam: ExamOfSize) -> float | None:
    """None where it cannot be told. A day without a time is compared by days."""
    if not one.measured_at:
        return 0.0
    measured, started = _moment(one.measured_at), _moment(exam.started_at)
    if measured is None or started is None:
        return None
    if len(one.measured_at) == len("2026-01-01"):
        return float(abs((measured.date() - started.date()).days))
    return abs((measured - started).total_seconds()) / 86_400


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text[:19])
    except ValueError:
        return None
