"""The patients of the virtual hospital: age, sex, size, invented names, and visits that repeat."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Literal

from doseloop.simulate.chance import chance, lognormal
from doseloop.simulate.department import Procedure

Sex = Literal["M", "F"]

FREQUENT = 10
"""Patients of one birth year and sex who come often."""
OCCASIONAL = 2000
"""Patients of one birth year and sex who come now and then."""
FREQUENT_SHARE = 0.3
ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "st", "kr")
VOWELS = ("a", "e", "i", "o", "u", "ei", "ö", "é")
CODAS = ("n", "l", "r", "s", "ck", "m", "", "")
MEDIAN_CHILD_WEIGHT_KG = (6.5, 10, 12.3, 14.5, 16.5, 18.5, 21, 23.5, 26, 29, 32, 36, 41, 46, 51, 56, 60, 63)
MEDIAN_CHILD_HEIGHT_M = (
    0.63,
    0.76,
    0.88,
    0.96,
    1.03,
    1.10,
    1.16,
    1.22,
    1.28,
    1.33,
    1.39,
    1.45,
    1.52,
    1.58,
    1.63,
    1.67,
    1.69,
    1.70,
)


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as at one visit."""

    number: str
    issuer: str
    name: str
    """Person Name, `Family^Given` (PS3.5 section 6.2.1)."""
    birth_date: date
    sex: Sex
    height_m: float
    weight_kg: float

    def age_years(self, on: date) -> float:
        """Age on a day, years."""
        return (on - self.birth_date).days / 365.25


def patient_for(procedure: Procedure, issuer: str, on: date, seed: int, draw: Random) -> Patient:
    """A patient whom the procedure is done on, of a fitting age; often one who was here before."""
    years = _age(procedure, draw)
    sex: Sex = "M" if draw.random() < 0.52 else "F"
    frequent = draw.random() < FREQUENT_SHARE
    slot = draw.randrange(FREQUENT) if frequent else FREQUENT + draw.randrange(OCCASIONAL)
    return _visit(seed, issuer, on.year - years, sex, slot, on)


def _age(procedure: Procedure, draw: Random) -> int:
    if draw.random() < procedure.child_share:
        return draw.randint(max(1, procedure.min_age), 15)
    youngest = max(16, procedure.min_age)
    return round(min(max(draw.gauss(procedure.age, 15.0), youngest), procedure.max_age))


@dataclass(frozen=True, slots=True)
class _Person:
    number: str
    name: str
    birth_date: date
    height_quantile: float
    build: float
    """Body mass against the median of age and height."""


@lru_cache(maxsize=20_000)
def _person(seed: int, birth_year: int, sex: Sex, slot: int) -> _Person:
    draw = chance(seed, "patient", birth_year, sex, slot)
    place = ((birth_year - 1880) * 2 + (sex == "F")) * (FREQUENT + OCCASIONAL) + slot
    return _Person(
        number=f"{(place * 48_271 + seed) % 99_999_989:08d}",
        name=f"{_syllables(draw, 2)}^{_syllables(draw, draw.choice((1, 2)))}",
        birth_date=date(birth_year, 1, 1) + timedelta(days=draw.randrange(365)),
        height_quantile=draw.gauss(0.0, 1.0),
        build=lognormal(draw, 0.17),
    )


def _syllables(draw: Random, count: int) -> str:
    parts = (draw.choice(ONSETS) + draw.choice(VOWELS) + draw.choice(CODAS) for _ in range(count))
    return "".join(parts).capitalize()


def _visit(seed: int, issuer: str, birth_year: int, sex: Sex, slot: int, on: date) -> Patient:
    person = _person(seed, birth_year, sex, slot)
    years = (on - person.birth_date).days / 365.25
    height_m, weight_kg = _size(person, sex, max(years, 0.0))
    now = chance(seed, "visit", person.number, on.toordinal() // 90)
    weight_kg *= lognormal(now, 0.02)
    birth_date = min(person.birth_date, on)
    return Patient(
        person.number, issuer, person.name, birth_date, sex, round(height_m, 2), round(max(weight_kg, 2.5), 1)
    )


def _size(person: _Person, sex: Sex, years: float) -> tuple[float, float]:
    if years < 18:
        height_m = MEDIAN_CHILD_HEIGHT_M[int(years)] * (1 + 0.045 * person.height_quantile)
        return height_m, MEDIAN_CHILD_WEIGHT_KG[int(years)] * person.build
    mean_m, sd_m = (1.76, 0.07) if sex == "M" else (1.63, 0.065)
    height_m = mean_m + sd_m * person.height_quantile
    return height_m, 26.3 * height_m**2 * person.build
