"""What the editions in exams' rows stand for: the versions of methods and coefficients that computed their values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.dosimetry.methods import edition, versions
from doseloop.store import visible
from doseloop.store.models import MethodEdition


@dataclass(frozen=True, slots=True)
class EditionInUse:
    """An edition, what it consists of and how many exams have values of it."""

    edition: str
    versions: Mapping[str, int]
    since: datetime | None
    exams: int
    is_current: bool


def note() -> None:
    """Write down what the edition of today consists of, once."""
    MethodEdition.objects.get_or_create(edition=edition(), defaults={"versions": versions(), "since": timezone.now()})


def in_use(scope: Scope) -> tuple[EditionInUse, ...]:
    """Editions that exams of the scope have values of, the most used first; exams without one were not computed yet."""
    counted = visible.exams(scope).order_by().values_list("methods_edition").annotate(Count("pk"))
    known = {row.edition: row for row in MethodEdition.objects.all()}
    found = (_in_use(key, known.get(key), count) for key, count in counted)
    return tuple(sorted(found, key=lambda one: -one.exams))


def _in_use(key: str, row: MethodEdition | None, count: int) -> EditionInUse:
    return EditionInUse(key, row.versions if row else {}, row.since if row else None, count, key == edition())
