"""Patients that may be one person under two numbers, for a person to look at. Nothing is merged by itself."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from doseloop.access.scope import Scope
from doseloop.harmonise.same_person import Evidence, Known, compare
from doseloop.store import one_patient, visible
from doseloop.store.models import Exam, Identity

_NEWEST = 5000
"""Exams whose patients are looked at, the newest: a page is answered in a second."""
_MOST = 50


@dataclass(frozen=True, slots=True)
class Suggested:
    """Two patients, by key, as whom exams count now: one, and the newest that fits it."""

    patient: int
    into: int
    evidence: Evidence


def suggestions(scope: Scope) -> tuple[Suggested, ...]:
    """Pairs with the same birth date and nearly the same name under different numbers, and with no other sex; of patients with
    new exams. None where the scope shows no identity."""
    if not scope.identity:
        return ()
    newest = visible.exams(scope).order_by("-pk").values_list("patient_id", flat=True)[:_NEWEST]
    births = Identity.objects.filter(patient__in=set(newest), joins=True, current=True).exclude(birth_date=None)
    return tuple(islice(_pairs(scope, set(births.values_list("birth_date", flat=True))), _MOST))


def _pairs(scope: Scope, births: set[date | None]) -> Iterator[Suggested]:
    rows = Identity.objects.filter(birth_date__in=births, joins=True, current=True).order_by("birth_date", "pk")
    seen = visible.exams(scope).values("patient")
    groups: dict[date | None, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for patient, name, born in rows.filter(patient__in=seen).values_list("patient_id", "name", "birth_date"):
        groups[born][one_patient.whole(patient)].add(name)
    for born, patients in groups.items():
        yield from _of_one_day(born, patients)


def _of_one_day(born: date | None, patients: dict[int, set[str]]) -> Iterator[Suggested]:
    sexes = _sexes(set(patients)) if len(patients) > 1 else {}
    day = frozenset((born.isoformat(),)) if born else frozenset[str]()
    known = {key: Known(frozenset(names), day, frozenset(sexes.get(key, ()))) for key, names in patients.items()}
    for one in sorted(known):
        later = sorted((key for key in known if key > one), reverse=True)
        found = ((other, compare(known[one], known[other])) for other in later)
        if best := next(((other, said) for other, said in found if said.suggests), None):
            yield Suggested(one, *best)


def _sexes(patients: set[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = Exam.objects.filter(patient__in=patients).exclude(sex="").values_list("patient_id", "sex").distinct()
    for patient, sex in rows:
        found[patient].add(sex)
    return found
