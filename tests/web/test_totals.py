"""A total that disagrees with its events: the exam's page shows both, and the object says why it is marked."""

from typing import Any

from doseloop.store.models import DoseObjectRow, Exam
from tests.web.record import Department


def test_the_page_of_an_exam_shows_the_stated_total_the_sum_and_the_mark_of_the_object(
    department: Department, signed_in: Any
) -> None:
    exam = Exam.objects.get(pk=department.angiography)
    source = exam.dose_objects.first()
    assert source is not None
    reason = "The report states KAP 41.7 Gy·cm², its events add up to 38.1 Gy·cm²; the stated total is used."
    DoseObjectRow.objects.filter(pk=source.pk).update(reason_code="total-disagrees", reason=reason)
    text = signed_in("physicist").get(f"/exams/{exam.pk}/").content.decode()
    assert "as stated; the events add up to 3810" in text
    assert "4170" in text
    assert reason in text
