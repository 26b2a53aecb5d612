"""What a person decides on a page takes effect, and can be taken back."""

from typing import Any

from doseloop.store.models import Exam, Flag
from tests.web.record import Department


def test_a_verdict_can_be_taken_back(department: Department, signed_in: Any) -> None:
    client = signed_in("radiographer")
    client.post(f"/flags/{department.flag}/set-aside", {"reason": "clinically justified"})
    assert Flag.objects.get(pk=department.flag).state == "set aside"
    client.post(f"/flags/{department.flag}/reopen")
    assert Flag.objects.get(pk=department.flag).state == "open"


def test_an_excluded_exam_stands_in_no_group_until_it_is_included_again(department: Department, signed_in: Any) -> None:
    client = signed_in("radiographer")
    exam = Exam.objects.get(pk=department.exam)
    client.post(f"/exams/{exam.pk}/exclude", {"excluded_as": "phantom", "reason": "Constancy test"})
    assert not exam.parts.filter(eligible=True).exists()
    client.post(f"/exams/{exam.pk}/include")
    assert exam.parts.filter(eligible=True).exists()
