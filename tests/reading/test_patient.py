"""Age, sex and size of the patient."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doseloop.harmonise.age_bands import AGE_BANDS, Age, age_at_exam, age_band
from doseloop.model.dose_object import PatientAtStudy
from doseloop.model.patient_group import AgeBand
from doseloop.reading.patient import age_years, completed_years, identity, patient_at_study, written_age


@pytest.mark.parametrize(
    ("age", "birth_date", "expected"),
    [
        ("067Y", None, 67.0),
        ("37Y", None, 37.0),
        ("006M", None, 0.5),
        ("010D", None, 10 / 365.25),
        ("052W", None, 52 * 7 / 365.25),
        ("", "20000301", 24.0),
        (None, "20240229", 1 / 365.25),
        ("old", "19600301", 64.0),
        (None, "99990101", None),
        (None, "18991230", None),
        (None, "19000101", None),
        (None, "0", None),
        (None, "20250101", None),
        (None, None, None),
    ],
)
def test_age_is_the_stated_one_or_follows_from_a_plausible_birth_date(
    age: str | None, birth_date: str | None, expected: float | None
) -> None:
    found = age_years(age, birth_date, "20240301")
    assert found == (None if expected is None else pytest.approx(expected, abs=0.003))


@pytest.mark.parametrize(
    ("written", "sex"), [("F", "F"), ("m ", "M"), ("O", "O"), ("U", None), ("", None), (None, None)]
)
def test_sex_is_one_of_three_or_unknown(written: str | None, sex: str | None) -> None:
    assert patient_at_study(age=None, birth_date=None, study_date=None, sex=written, size=None, weight=None).sex == sex


def test_a_weight_of_zero_was_not_recorded() -> None:
    found = patient_at_study(age=None, birth_date=None, study_date=None, sex=None, size="1,68", weight="0.0")
    assert found.weight_kg is None
    assert found.height_m is not None
    assert (found.height_m.value, found.height_m.place, found.height_m.recorded) == (1.68, "(0010,1020)", "1,68")


def test_a_birth_date_that_is_no_date_is_unknown() -> None:
    assert identity("1", None, "Doe^Jo", "0").birth_date is None
    assert identity("1", None, "Doe^Jo", "1960.01.02").birth_date == "1960-01-02"


_BIRTHS = st.dates(date(1902, 1, 1), date(2025, 12, 31))


@given(_BIRTHS, st.integers(0, 45_000))
@example(date(2008, 2, 29), (date(2026, 2, 28) - date(2008, 2, 29)).days)
@example(date(2008, 2, 29), (date(2026, 3, 1) - date(2008, 2, 29)).days)
def test_the_band_is_the_one_by_the_calendar(born: date, days: int) -> None:
    studied = born + timedelta(days=days)
    by_calendar = studied.year - born.year - ((studied.month, studied.day) < (born.month, born.day))
    assert band_on(born, studied) == age_band(float(by_calendar))


@given(_BIRTHS, st.sampled_from([band.from_years for band in AGE_BANDS[1:]]))
def test_a_band_begins_on_the_birthday_and_not_the_day_before(born: date, years: float) -> None:
    try:
        birthday = born.replace(year=born.year + int(years))
    except ValueError:
        birthday = date(born.year + int(years), 3, 1)
    before, after = band_on(born, birthday - timedelta(days=1)), band_on(born, birthday)
    assert before is not None
    assert after is not None
    assert (before.below_years, after.from_years) == (years, years)


@given(_BIRTHS, st.integers(0, 45_000))
def test_the_age_that_a_pseudonymous_object_keeps_is_in_the_same_band(born: date, days: int) -> None:
    studied = born + timedelta(days=days)
    written = written_age("099Y", completed_years(born.isoformat(), studied.isoformat()))
    assert age_band(age_years(written, None, None)) == band_on(born, studied)


def band_on(born: date, studied: date) -> AgeBand | None:
    return age_band(completed_years(born.strftime("%Y%m%d"), studied.strftime("%Y%m%d")))


@pytest.mark.parametrize("birth_date", ["2030", "203005", "20300101", "19000101", "18500101", "", None])
def test_a_year_alone_a_dummy_and_a_birth_after_the_study_tell_no_age(birth_date: str | None) -> None:
    assert completed_years(birth_date, "20260301") is None


@pytest.mark.parametrize(
    ("age", "years", "known_to", "band"),
    [
        ("012Y", 12.0, "year", "child-10-15"),
        ("018M", 1.5, "month", "child-1-5"),
        ("012M", 1.0, "month", "child-1-5"),
        ("003W", 21 / 365.25, "week", "child-0-1"),
        ("005D", 5 / 365.25, "day", "child-0-1"),
    ],
)
def test_a_recorded_age_keeps_its_coarser_meaning(age: str, years: float, known_to: str, band: str) -> None:
    told = patient_at_study(age=age, birth_date="2010", study_date="20260301", sex=None, size=None, weight=None)
    found = age_at_exam(told)
    assert found == Age(years, known_to)
    assert found is not None
    assert getattr(age_band(found.years), "key", None) == band


def test_a_birth_date_comes_before_a_recorded_age_and_either_before_nothing() -> None:
    both = patient_at_study(age="018Y", birth_date="20080302", study_date="20260301", sex=None, size=None, weight=None)
    assert age_at_exam(both) == Age(17.0, "day")
    assert both.age_years == 18.0
    assert age_at_exam(PatientAtStudy()) is None
