"""Staff as their names were typed."""

from doseloop.model.dose_object import People
from doseloop.model.names import is_one_person
from doseloop.store.models import ExamPerson, Person


def name_people(exam: int, site: int, people: People) -> None:
    """Write who an exam names, in place of who it named before."""
    parts = (("operator", people.operators), ("physician", people.physicians))
    wanted = {(name, part) for part, names in parts for name in names}
    held = ExamPerson.objects.filter(exam_id=exam)
    if wanted == set(held.values_list("person__name", "part")):
        return
    held.delete()
    keys = _keys(site, {name for name, _ in wanted})
    rows = [ExamPerson(exam_id=exam, person_id=keys[name], part=part) for name, part in sorted(wanted)]
    ExamPerson.objects.bulk_create(rows, ignore_conflicts=True)


def _keys(site: int, names: set[str]) -> dict[str, int]:
    known = dict(Person.objects.filter(site_id=site, name__in=names).values_list("name", "pk"))
    for name in sorted(names - known.keys()):
        one = {"is_one_person": is_one_person(name)}
        known[name] = Person.objects.get_or_create(site_id=site, name=name, defaults=one)[0].pk
    return known
