"""The counter of changes: what the columnar copy has not seen yet has a higher number."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from doseloop.store import locks
from doseloop.store.models import Counter, Exam

_NAME = "exams"


def take_turn() -> None:
    """From here to the end of its transaction a writer is alone: it sees what every writer before it wrote, and each one
    after it sees its own. For what is judged across studies: two that hold one event would else not see each other."""
    locks.hold("changes")


def note_change(exams: Iterable[int]) -> int:
    """Give the exams the next number of change. Call it last in the transaction that changes them.

    The counter's row stays locked until the commit, so that numbers become visible in their own order.
    """
    with transaction.atomic():
        take_turn()
        if not Counter.objects.filter(name=_NAME).update(value=F("value") + 1):
            Counter.objects.create(name=_NAME, value=1)
        number = Counter.objects.values_list("value", flat=True).get(name=_NAME)
        Exam.objects.filter(pk__in=list(exams)).update(changed=number)
    return number


def last_change() -> int:
    """Number of the last change, 0 before the first."""
    return Counter.objects.filter(name=_NAME).values_list("value", flat=True).first() or 0
