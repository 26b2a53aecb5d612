"""Staff as their names were typed."""

import re
from collections.abc import Iterable

from doseloop.model.dose_object import People
from doseloop.store.models import ExamPerson, Person

_SHARED = re.compile(r"[,;/&+]|\b(and|und|team|student|ct|mta|mtra|rtg|staff|user|admin|tech)\b", re.IGNORECASE)


def is_one_person(name: str) -> bool:
    """Whether a typed name can be one person: several names, and names of a role or room, are not."""
    return not _SHARED.search(name.replace("^", " "))


def name_people(exam: int, site: int, people: People) -> None:
    """Write who an exam names, in place of who it named before."""
    ExamPerson.objects.filter(exam_id=exam).delete()
    named = [*_rows(exam, site, people.operators, "operator"), *_rows(exam, site, people.physicians, "physician")]
    ExamPerson.objects.bulk_create(named, ignore_conflicts=True)


def _rows(exam: int, site: int, names: Iterable[str], part: str) -> Iterable[ExamPerson]:
    for name in dict.fromkeys(names):
        one = {"is_one_person": is_one_person(name)}
        person, _ = Person.objects.get_or_create(site_id=site, name=name, defaults=one)
        yield ExamPerson(exam_id=exam, person=person, part=part)
