"""A site whose exams name their operators, of whom some begin and end to scan otherwise than the others."""

import random
from datetime import date, timedelta

from doseloop.store.changes import note_change
from doseloop.store.models import Exam, ExamPerson, Part, Patient, Person, Site
from tests.facts.made import NOON, make_procedure, make_scanner, make_site

BEGUN = date(2025, 3, 3)
_A_DAY = 8


def operated(weeks: int) -> Site:
    """Four operators with fourteen exams each a week: the first scans longer from the fifth week to the ninth, the second with more
    dose from the eighth week on. The site shows them."""
    site = make_site()
    Site.objects.update(operators_shown=True)
    scanner, procedure, patient = make_scanner(site), make_procedure("ct-chest", "CT chest"), Patient.objects.create()
    people = [Person.objects.create(site=site, name=f"Person^{letter}") for letter in "ABCD"]
    chance, exams, parts, named = random.Random(5), [], [], []
    for number in range(weeks * 7 * _A_DAY):
        who, day = number % 4, BEGUN + timedelta(days=number // _A_DAY)
        week = number // (7 * _A_DAY)
        exam = Exam(
            site=site, scanner=scanner, patient=patient, study_uid=f"2.25.{number}", modality="CT", received_at=NOON,
            started_at=f"{day.isoformat()}T{8 + number % _A_DAY:02}:00:00", age_band="adult", settled=True,
        )  # fmt: skip
        ctdi = 8 * chance.lognormvariate(0, 0.2) * (1.3 if who == 1 and week >= 8 else 1)
        dlp = ctdi * 35 * chance.lognormvariate(0, 0.08) * (1.4 if who == 0 and 5 <= week < 10 else 1)
        exams.append(exam)
        parts.append(Part(
            exam=exam, site=site, position=0, modality="CT", procedure=procedure, age_band="adult", weight_kg=75.0,
            phantom_cm=32, ctdi_vol_mgy=ctdi, dlp_mgy_cm=dlp,
        ))  # fmt: skip
        named.append(ExamPerson(exam=exam, person=people[who], part="operator"))
    Exam.objects.bulk_create(exams)
    Part.objects.bulk_create(parts)
    ExamPerson.objects.bulk_create(named)
    note_change(Exam.objects.values_list("pk", flat=True))
    return site
