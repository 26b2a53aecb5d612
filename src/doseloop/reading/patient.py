"""The patient: identity as written, and age, sex and size at the study."""

import re

from doseloop.model.dose_object import Identity, PatientAtStudy
from doseloop.model.precedence import first
from doseloop.model.reading import Reading
from doseloop.reading.moments import date_iso, date_of
from doseloop.reading.units import number_of

DAYS_A_YEAR = 365.25
OLDEST_YEARS = 125
_UNITS_A_YEAR = {"Y": 1.0, "M": 12.0, "W": DAYS_A_YEAR / 7, "D": DAYS_A_YEAR}
_UNIT_NAMES = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_AGE = re.compile(r"0*(\d{1,3}) ?([YMWD])", re.IGNORECASE)
_SEXES = {"M": "M", "F": "F", "O": "O", "MALE": "M", "FEMALE": "F", "OTHER": "O"}
_DUMMY_BIRTH_DATES = frozenset(("1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01"))
"""The zero dates of spreadsheets and systems: nobody's birth date."""


def identity(number: str | None, issuer: str | None, name: str | None, birth_date: str | None) -> Identity:
    """Who the object says the patient is; the birth date ISO, None where it is not a date."""
    return Identity(number=number, issuer=issuer, name=name, birth_date=date_iso(birth_date))


def age_years(age: str | None, birth_date: str | None, study_date: str | None) -> float | None:
    """Age at the study in years: Patient's Age (`067Y`, also `37Y`) where it is sound, else from a plausible birth date.

    Months are n/12, weeks n·7/365.25, days n/365.25. None where neither tells.
    """
    return first("age", {"recorded age": _recorded_years(age), "birth date": _years_since(birth_date, study_date)})


def _recorded_years(age: str | None) -> float | None:
    found = _AGE.fullmatch((age or "").strip())
    return int(found[1]) / _UNITS_A_YEAR[found[2].upper()] if found else None


def _recorded_unit(age: str | None) -> str | None:
    found = _AGE.fullmatch((age or "").strip())
    return _UNIT_NAMES[found[2].upper()] if found else None


def _years_since(birth_date: str | None, study_date: str | None) -> float | None:
    born, studied = date_of(birth_date), date_of(study_date)
    if born is None or studied is None or born.isoformat() in _DUMMY_BIRTH_DATES:
        return None
    years = (studied - born).days / DAYS_A_YEAR
    return years if 0 <= years <= OLDEST_YEARS else None


def completed_years(birth_date: str | None, study_date: str | None) -> float | None:
    """Age at the study by the calendar, exact to the day at every birthday: in completed years, below two years in completed
    months (n/12), below one month in completed weeks (n·7/365.25). No finer, since a finer one would tell the birth date.

    None where the birth date is no whole date (a year or a month alone is none), a dummy, after the study, or more than 125
    years before it. Who was born on 29 February is a year older on 1 March of a year without that day, as by BGB sections 187
    and 188; a line of our own elsewhere.
    """
    if _years_since(birth_date, study_date) is None:
        return None
    born, day = date_of(birth_date), date_of(study_date)
    assert born is not None
    assert day is not None
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if months >= 24:
        return float(months // 12)
    return months / 12 if months else (day - born).days // 7 / _UNITS_A_YEAR["W"]


def written_age(age: str | None, by_birth_date: float | None, years: float | None = None) -> str | None:
    """The Patient's Age (0010,1010) that says an age without a birth date, None where it is not known.

    What the birth date tells, `by_birth_date`, in completed years from 2 years, in completed months below that and in completed
    weeks below one month: no finer than an age group needs, since an age in days would give the birth date back. Without it a
    sound `age` stays as it was written; else `years`, which the object tells elsewhere, are written in that way.
    """
    written = (age or "").strip()
    if by_birth_date is None and _AGE.fullmatch(written):
        return written
    known = years if by_birth_date is None else by_birth_date
    return None if known is None or known < 0 else completed_age(known)


def completed_age(years: float) -> str:
    """An age of 0 years or more as Patient's Age writes it, rounded down."""
    months = _whole(years * 12)
    if months >= 24:
        return f"{_whole(years):03d}Y"
    return f"{months:03d}M" if months else f"{_whole(years * _UNITS_A_YEAR['W']):03d}W"


def _whole(number: float) -> int:
    """The number without its fraction, where 6.999999999 is 7."""
    return int(number + 1e-9)


def patient_at_study(
    *,
    age: str | None,
    birth_date: str | None,
    study_date: str | None,
    sex: str | None,
    size: str | None,
    weight: str | None,
) -> PatientAtStudy:
    """The patient's size and age at the study (PS3.3 section C.7.2.2). A height or weight of 0 means not recorded."""
    return PatientAtStudy(
        age_years=age_years(age, birth_date, study_date),
        completed_years=completed_years(birth_date, study_date),
        age_unit=_recorded_unit(age),
        sex=_SEXES.get((sex or "").strip().upper()),
        height_m=_positive(size, "(0010,1020)"),
        weight_kg=_positive(weight, "(0010,1030)"),
    )


def _positive(written: str | None, place: str) -> Reading[float] | None:
    value = number_of(written or "")
    return Reading(value, place, written or "") if value is not None and value > 0 else None
