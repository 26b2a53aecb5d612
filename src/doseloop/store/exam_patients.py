"""Whose exams some keys are, for lists that were made long before they are looked at."""

from collections.abc import Iterable

from doseloop.access.scope import Scope
from doseloop.store import visible
from doseloop.store.audit import Seen

_AT_ONCE = 500


def patients_of(scope: Scope, exams: Iterable[int]) -> dict[int, Seen]:
    """Patient and site by key of the exam; an exam that is not there any more, counts in another one or lies outside the scope
    is not among them."""
    keys = sorted(set(exams))
    found: dict[int, Seen] = {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = visible.exams(scope).filter(pk__in=keys[start : start + _AT_ONCE])
        found |= {exam: Seen(patient, site) for exam, patient, site in rows.values_list("pk", "patient_id", "site_id")}
    return found
