"""Operators and physicians of the made department: spellings of one person, two of one surname, a team, several in one name."""

import random
from itertools import cycle

from doseloop.reference.staff_names import is_one_person
from doseloop.store.changes import note_change
from doseloop.store.models import Exam, ExamPerson, Person, Site

OPERATORS = {
    "Brandt^Tina": 30, "BRANDT^TINA": 4, "Brandt, Tina": 5, "Brandt^T": 3, "Brandt^Jana": 14, "brandt": 2,
    "Okafor^Samuel": 26, "sokafor": 4, "Moreau^Laure": 24, "Moreaux^Laure": 2, "Yilmaz^Ayşe": 9,
    "CT Team": 12, "MTRA": 6, "Keller / Novak": 2,
}  # fmt: skip
PHYSICIANS = {"Keller^Martin^^Dr.": 40, "Dr. Martin Keller": 6, "Novak^Eva": 34, "Rossi^Marco": 30, "Oberarzt": 3}


def give_staff(site: Site) -> None:
    """Let the exams of the site name them, each name about as often as its weight says; and show them there."""
    chance = random.Random(11)
    exams = list(Exam.objects.filter(site=site).order_by("pk").values_list("pk", flat=True))
    for part, weights in (("operator", OPERATORS), ("physician", PHYSICIANS)):
        people = [_person(site, name) for name in weights]
        drawn = chance.choices(people, weights=list(weights.values()), k=max(0, len(exams) - len(people)))
        rows = zip(exams, [*people, *drawn], strict=False)
        ExamPerson.objects.bulk_create(ExamPerson(exam_id=exam, person=one, part=part) for exam, one in rows)
    note_change(exams)
    Site.objects.filter(pk=site.pk).update(operators_shown=True)


def give_others(site: Site) -> Person:
    """Somebody at another site, who is not shown there."""
    exams = Exam.objects.filter(site=site).values_list("pk", flat=True)
    one = _person(site, "Elsewhere^Erna")
    for exam, part in zip(exams, cycle(("operator", "physician")), strict=False):
        ExamPerson.objects.create(exam_id=exam, person=one, part=part)
    return one


def _person(site: Site, name: str) -> Person:
    return Person.objects.create(site=site, name=name, is_one_person=is_one_person(name))
