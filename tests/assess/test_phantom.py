"""What looks like a phantom or a test, and what does not: made cases both ways, with the shares that are found."""

from dataclasses import replace
from typing import Any

import pytest

from doseloop.assess.phantom import needs_hours, on_exam
from doseloop.model.dose_object import PatientAtStudy, StudyHeader
from doseloop.model.exam import ExamRecord
from doseloop.model.reading import Reading
from tests.harmonise.reports import angiography, number, run, united

ADULT = PatientAtStudy(age_years=61.0, sex="F")
NOBODY = PatientAtStudy()
DAY_HOURS = [hour for hour in range(8, 17) for _ in range(20)]


def exam(
    description: str = "Thorax", protocol: str = "Coro 15", patient: PatientAtStudy = ADULT, at: str = "10:00:00",
    same: int = 1,
) -> ExamRecord:  # fmt: skip
    runs = [
        replace(
            run(n, 1.0 if n < same else 1.0 + n), kvp=number(70 if n < same else 70 + n), exposure_mas=number(10),
            protocol=Reading(protocol, "1.1", protocol),
        )
        for n in range(5)
    ]  # fmt: skip
    study = StudyHeader("2.25.1", "2026-03-03", at, description=description)
    return united(angiography(1, *runs, study=study, patient=patient))


TESTS: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
    ({"description": "Konstanzprüfung", "patient": NOBODY}, ("name",)),
    ({"description": "QA", "patient": NOBODY, "same": 5, "at": "06:30:00"}, ()),
    ({"protocol": "ACR Phantom"}, ("name", "number")),
    ({"description": "Daily QA", "patient": NOBODY}, ()),
    ({"protocol": "Air calibration", "same": 5}, ()),
    ({"description": "Prüfkörper PMMA"}, ("number",)),
    ({"description": "Catphan 600", "patient": NOBODY, "at": "19:00:00"}, ("name",)),
    ({"description": "", "protocol": "Abdomen", "patient": NOBODY, "same": 5, "at": "05:10:00"}, ()),
    ({"description": "Abdomen", "patient": NOBODY}, ("name",)),
    ({"description": "Service mode"}, ()),
)
PATIENTS: tuple[dict[str, Any], ...] = (
    {},
    {"description": "Thorax", "at": "03:12:00"},
    {"description": "Polytrauma", "patient": NOBODY, "at": "03:12:00"},
    {"description": "Polytrauma", "patient": NOBODY, "same": 5},
    {"description": "Phantomschmerz", "same": 5},
    {"description": "CT phantom limb pain"},
    {"description": "Stress test", "protocol": "Test bolus"},
    {"description": "Fluoroscopy", "same": 5, "at": "03:12:00"},
    {"description": "Aquatherapy", "protocol": "Routine"},
    {"description": "Quality of life study"},
)


def test_made_tests_are_found_and_made_patients_are_left_alone() -> None:
    found = [on_exam(exam(**given), marks, DAY_HOURS) for given, marks in TESTS]
    assert [one is not None for one in found] == [True] * 10
    assert [on_exam(exam(**given), (), DAY_HOURS) for given in PATIENTS] == [None] * 10


def test_a_word_beside_another_sign_is_likely_and_says_both() -> None:
    found = on_exam(exam("Konstanzprüfung", patient=NOBODY), ("name",), ())
    assert found is not None
    assert (found.as_what, found.confidence) == ("test", "likely")
    assert found.evidence == (
        "“Konstanzprüfung” names it: konstanzpruefung.",
        "The patient’s name is one that phantoms or tests are given.",
        "Neither age nor sex is recorded.",
    )
    phantom = on_exam(exam(protocol="ACR Phantom"), ("number",), ())
    assert phantom is not None
    assert phantom.as_what == "phantom"


def test_a_patient_called_phantom_with_a_normal_exam_is_possible_at_most() -> None:
    found = on_exam(exam(), ("name",), DAY_HOURS)
    assert found is not None
    assert found.confidence == "possible"


def test_the_hour_says_nothing_where_the_scanner_has_no_history_or_works_at_night() -> None:
    night = exam("", "Abdomen", NOBODY, "05:10:00", same=5)
    assert on_exam(night, (), DAY_HOURS) is not None
    assert on_exam(night, (), DAY_HOURS[:50]) is None
    assert on_exam(night, (), [*DAY_HOURS, *[4] * 20]) is None


@pytest.mark.parametrize(
    ("given", "asked"), [({}, False), ({"patient": NOBODY}, False), ({"patient": NOBODY, "same": 5}, True)]
)
def test_hours_are_asked_for_only_where_they_could_matter(given: dict[str, Any], asked: bool) -> None:
    assert needs_hours(exam(**given)) is asked
