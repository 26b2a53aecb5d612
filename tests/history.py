"""Exams of one procedure on one scanner, day after day, judged as they come."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from doseloop.pipeline import judge
from doseloop.store.models import Exam, Scanner
from tests.facts.made import add_part, make_exam, make_procedure

FIRST = datetime(2026, 1, 5, 8)


def give_exams(scanner: Scanner, dlps_mgy_cm: Sequence[float], first: datetime = FIRST, a_day: int = 4) -> list[int]:
    """Exams of a CT head with these doses, so many a day, in their order; keys."""
    procedure = make_procedure()
    keys = []
    for number, dlp in enumerate(dlps_mgy_cm):
        at = (first + timedelta(days=number // a_day, hours=number % a_day)).isoformat()
        exam = make_exam(scanner, at, dlp_mgy_cm=dlp)
        add_part(exam, procedure, started_at=at, phantom_cm=16, dlp_mgy_cm=dlp)
        keys.append(exam.pk)
    return keys


def judge_all(exams: Iterable[int] | None = None) -> None:
    """Judge exams as the chain does when each has come."""
    for key in Exam.objects.order_by("started_at").values_list("pk", flat=True) if exams is None else exams:
        judge(key)
