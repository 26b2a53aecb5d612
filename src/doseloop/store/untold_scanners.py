"""Exams whose scanner's timeline lacks their day: of a version that kept none. Found by their days, so that nothing notes how
far the filling has come."""

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Substr

from doseloop.model.dose_object import Equipment
from doseloop.store.models import Exam, Scanner, ScannerSpan
from doseloop.store.scanners import note_of_scanner

_DAY = 10


def newest_exam() -> int:
    """The highest key of an exam, 0 where there is none."""
    return Exam.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def untold(after: int, until: int) -> list[int]:
    """Exams with a key above `after` and up to `until` of whose day their scanner's objects have told nothing. A day within what
    others told of the same scanner counts as told."""
    rows = Exam.objects.filter(pk__gt=after, pk__lte=until, part_of=None).exclude(started_at="")
    return list(rows.filter(~Exists(_spans())).order_by("pk").values_list("pk", flat=True))


def _spans() -> "QuerySet[ScannerSpan]":
    day = Substr(OuterRef("started_at"), 1, _DAY)
    row = Coalesce(OuterRef("named_scanner"), OuterRef("scanner"))
    return ScannerSpan.objects.filter(scanner=row, first_on__lte=day, last_on__gte=day)


def tell(exam: int, equipment: Equipment) -> None:
    """Note what an exam's objects say of its scanner, and nothing else. Within the caller's transaction, under the lock on the
    exam's study."""
    named, scanner, started = Exam.objects.values_list("named_scanner", "scanner", "started_at").get(pk=exam)
    row = Scanner.objects.select_for_update(no_key=True).get(pk=named or scanner)
    note_of_scanner(row.pk, equipment, started[:_DAY])
