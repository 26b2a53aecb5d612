"""Staff as their names were typed."""

from doseloop.model.dose_object import People
from doseloop.reference.staff_names import is_one_person
from doseloop.store.models import ExamPerson, Person
from doseloop.store.prepared import Insert, Rows, Slot


def bring_up_to_date() -> None:
    """Judge names anew of which nobody has said whether they are one person; for the start of an installation."""
    for row in Person.objects.filter(judged="", alias_of=None).iterator():
        if row.is_one_person != is_one_person(row.name) and not row.aliases.exists():
            Person.objects.filter(pk=row.pk).update(is_one_person=not row.is_one_person)


def name_people(exam: int, site: int, people: People) -> None:
    """Write who an exam names, in place of who it named before."""
    parts = (("operator", people.operators), ("physician", people.physicians))
    wanted = {(name, part) for part, names in parts for name in names}
    held = set(_HELD.all(exam=exam))
    if wanted == held:
        return
    if held:
        ExamPerson.objects.filter(exam_id=exam).delete()
    keys = _keys(site, {name for name, _ in wanted})
    _NEW.many({"exam_id": exam, "person_id": keys[name], "part": part} for name, part in sorted(wanted))


_HELD = Rows(lambda: ExamPerson.objects.filter(exam_id=Slot("exam")).values_list("person__name", "part"))
_KNOWN = Rows(lambda: Person.objects.filter(site_id=Slot("site"), name=Slot("name")).values_list("pk"))
_NEW = Insert(ExamPerson)


def _keys(site: int, names: set[str]) -> dict[str, int]:
    known = {name: found[0] for name in names if (found := _KNOWN.first(site=site, name=name))}
    for name in sorted(names - known.keys()):
        one = {"is_one_person": is_one_person(name)}
        known[name] = Person.objects.get_or_create(site_id=site, name=name, defaults=one)[0].pk
    return known
