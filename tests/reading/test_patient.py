"""Age, sex and size of the patient."""

import pytest

from doseloop.reading.patient import age_years, identity, patient_at_study


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
