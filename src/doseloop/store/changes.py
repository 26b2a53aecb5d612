"""The counter of changes: what the columnar copy has not seen yet has a higher number."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from doseloop.store.models import Counter, Exam

_NAME = "exams"


def note_change(exams: Iterable[int]) -> int:
    """Give the exams the next number of change. Call it last in the transaction that changes them.

    The counter's row stays locked until the commit, so that numbers become visible in their own order.
    """
    with transaction.atomic():
        if not Counter.objects.filter(name=_NAME).update(value=F("value") + 1):
            Counter.objects.create(name=_NAME, value=1)
        number = Counter.objects.values_list("value", flat=True).get(name=_NAME)
        Exam.objects.filter(pk__in=list(exams)).update(changed=number)
    return number


def last_change() -> int:
    """Number of the last change, 0 before the first."""
    return Counter.objects.filter(name=_NAME).values_list("value", flat=True).first() or 0
