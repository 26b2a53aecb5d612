"""What the objects behind an exam's numbers say of themselves: their kind, what was noticed in them, totals and patient size."""

from doseloop.access.scope import Scope
from doseloop.model.dose_object import DoseObject
from doseloop.store import visible
from doseloop.store.models import DoseObjectRow
from doseloop.store.objects import dose_of

_OTHERS = (DoseObjectRow.Standing.SLICE, DoseObjectRow.Standing.RESEND)


def exam_doses(scope: Scope, exam: int) -> dict[int, DoseObject]:
    """The exam's objects by key, without repeated ones and further images of a series; none where the scope sees no exam."""
    rows = DoseObjectRow.objects.filter(exam__in=visible.rows_of_exam(scope, exam)).exclude(record=None)
    return {row.pk: dose_of(row) for row in rows.exclude(standing__in=_OTHERS).order_by("pk")}
