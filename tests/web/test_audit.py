"""Every page and file that shows a patient leaves an audit row for each, and every change leaves one."""

import re
from typing import Any

import pytest

from doseloop.store.models import AuditRow, Exam, Flag, Identity
from tests.web.record import Department
from tests.web.test_rights import ROUTES, address, posts

PAGES = [name for name, pattern in ROUTES.items() if not posts(pattern) and not name.startswith("account")]


@pytest.mark.parametrize("name", PAGES)
def test_the_patients_that_a_page_shows_are_those_in_the_audit(
    name: str, department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    before = AuditRow.objects.count()
    found = client.get(address(ROUTES[name], department, own=True))
    text = b"".join(found).decode("utf-8", "replace")
    numbers = set(re.findall(r"MRN\d+", text))
    shown = set(Identity.objects.filter(number__in=numbers).values_list("patient_id", flat=True))
    rows = set(AuditRow.objects.order_by("pk")[before:].values_list("patient_key", flat=True)) - {None}
    if name.endswith("xlsx"):
        assert rows >= shown
    elif "<int:" in str(ROUTES[name].pattern):
        assert len(rows) == 1
        assert rows >= shown
    elif name.startswith("flags"):
        assert rows >= shown
    else:
        assert rows == shown


def test_the_audit_tells_who_and_from_where(department: Department, signed_in: Any) -> None:
    signed_in("physicist").get(f"/exams/{department.exam}/")
    row = AuditRow.objects.latest("pk")
    assert (row.actor, row.action, row.subject, row.address) == (
        "physicist",
        "saw",
        f"exam {department.exam}",
        "127.0.0.1",
    )


CHANGES = (
    ("exams/{exam}/comments", {"text": "Looked at."}, "commented"),
    ("exams/{exam}/exclude", {"excluded_as": "test", "reason": "Test run"}, "excluded"),
    ("exams/{exam}/include", {}, "included again"),
    ("flags/{flag}/set-aside", {"reason": "clinically justified", "note": "Trauma"}, "set aside"),
    ("flags/{flag}/case", {}, "made a case"),
)


@pytest.mark.parametrize(("route", "given", "action"), CHANGES)
def test_a_change_leaves_one_row_with_before_and_after(
    route: str, given: dict[str, str], action: str, department: Department, signed_in: Any
) -> None:
    client = signed_in("radiographer")
    before, change = AuditRow.objects.count(), Exam.objects.get(pk=department.exam).changed
    found = client.post("/" + route.format(exam=department.exam, flag=department.flag), given)
    assert found.status_code == 302
    (row,) = AuditRow.objects.order_by("pk")[before:]
    assert (row.action, row.actor) == (action, "radiographer")
    assert row.after
    assert row.patient_key == Exam.objects.get(pk=department.exam).patient_id
    assert Exam.objects.get(pk=department.exam).changed > change


def test_a_refused_change_changes_nothing(department: Department, signed_in: Any) -> None:
    client = signed_in("radiographer")
    before = AuditRow.objects.count()
    assert client.post(f"/flags/{department.flag}/set-aside", {"reason": "because"}).status_code == 400
    assert client.post(f"/exams/{department.exam}/exclude", {"excluded_as": "test", "reason": " "}).status_code == 400
    assert client.post(f"/exams/{department.exam}/comments", {"text": ""}).status_code == 400
    assert AuditRow.objects.count() == before
    assert Flag.objects.get(pk=department.flag).state == "open"


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
