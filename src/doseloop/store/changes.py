"""The counter of changes: what the columnar copy has not seen yet has a higher number."""

from collections.abc import Iterable

from django.db import connection, transaction

from doseloop.store import locks
from doseloop.store.models import Counter, Exam
from doseloop.store.prepared import Slot, Update

_NAME = "exams"


def take_turn() -> None:
    """From here to the end of its transaction a writer is alone: it sees what every writer before it wrote, and each one
    after it sees its own. For what is judged across studies: two that hold one event would else not see each other."""
    locks.hold("changes")


def note_change(exams: Iterable[int]) -> int:
    """Give the exams the next number of change. Call it last in the transaction that changes them.

    The counter's row stays locked until the commit, so that numbers become visible in their own order.
    """
    with transaction.atomic(savepoint=False):
        take_turn()
        number = _next_number()
        _CHANGED.many({"exam": exam, "changed": number} for exam in sorted(set(exams)))
    return number


_CHANGED = Update(lambda: Exam.objects.filter(pk=Slot("exam")), ("changed",))


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute('UPDATE "store_counter" SET value = value + 1 WHERE name = %s RETURNING value', [_NAME])
        counted = cursor.fetchone()
    return int(counted[0]) if counted else Counter.objects.create(name=_NAME, value=1).value


def last_change() -> int:
    """Number of the last change, 0 before the first."""
    return Counter.objects.filter(name=_NAME).values_list("value", flat=True).first() or 0
