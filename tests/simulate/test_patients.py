from collections import Counter
from datetime import date
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from doseloop.simulate import standard_department
from doseloop.simulate.chance import chance
from doseloop.simulate.patients import Patient, patient_for

DEPARTMENT = standard_department()
DAY = date(2026, 3, 2)


def patients(procedure: str, count: int, day: date = DAY) -> list[Patient]:
    drawn = (chance(41, procedure, number) for number in range(count))
    return [patient_for(DEPARTMENT.procedures[procedure], "DEMO", day, 41, draw) for draw in drawn]


@given(st.integers(0, 10**6), st.sampled_from(sorted(DEPARTMENT.procedures)))
def test_a_patient_fits_the_procedure(number: int, procedure: str) -> None:
    patient = patient_for(DEPARTMENT.procedures[procedure], "DEMO", DAY, 1, chance(1, number))
    wanted = DEPARTMENT.procedures[procedure]
    assert wanted.min_age - 1 <= patient.age_years(DAY) <= wanted.max_age + 1
    assert 0.4 < patient.height_m < 2.2
    assert 2.5 <= patient.weight_kg < 220


def test_a_number_belongs_to_one_person() -> None:
    drawn = patients("CT Chest", 3000)
    people = {(patient.number, patient.name, patient.birth_date, patient.sex) for patient in drawn}
    assert len(people) == len({patient.number for patient in drawn})


def test_some_patients_come_again() -> None:
    visits = Counter(patient.number for patient in patients("CT Chest", 3000))
    assert 0.15 < sum(count for count in visits.values() if count > 1) / 3000 < 0.6


def test_adults_have_the_size_of_adults() -> None:
    adults = [patient for patient in patients("CT Abdomen/Pelvis", 1500) if patient.age_years(DAY) >= 18]
    assert 73 < median(patient.weight_kg for patient in adults) < 80
    assert 1.66 < median(patient.height_m for patient in adults) < 1.74


def test_a_person_keeps_height_and_name_from_visit_to_visit() -> None:
    now = {patient.number: patient for patient in patients("CT Chest", 1500)}
    later = {patient.number: patient for patient in patients("CT Chest", 1500, date(2026, 11, 2))}
    both = [number for number in now.keys() & later.keys() if now[number].age_years(DAY) > 20]
    assert both
    for number in both:
        assert (now[number].name, now[number].height_m) == (later[number].name, later[number].height_m)
        assert abs(now[number].weight_kg / later[number].weight_kg - 1) < 0.15
