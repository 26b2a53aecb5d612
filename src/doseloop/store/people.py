"""Staff as their names were typed."""

from collections.abc import Iterable

from doseloop.model.dose_object import People
from doseloop.model.names import is_one_person
from doseloop.store.models import ExamPerson, Person


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
