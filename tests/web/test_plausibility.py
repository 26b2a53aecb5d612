"""The page of plausibility: nothing changes before a person accepts with a reason, and marks on an exam say the limits."""

from typing import Any

import pytest
from django.conf import settings

from doseloop.store.models import Event, Exam, RepairProposal, SuspectedTest, ValueRepairRow
from tests.web import implausible
from tests.web.disclosures import text_of
from tests.web.record import Department


@pytest.fixture
def proposed(department: Department) -> RepairProposal:
    implausible.take_in(settings.FOLDER)
    return RepairProposal.objects.get()


def page(client: Any, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_a_proposal_is_listed_with_its_evidence_and_links_to_examples(proposed: RepairProposal, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert "÷ 100" in page(client, "/plausibility/")
    text = page(client, f"/plausibility/{proposed.pk}/")
    assert "KAP is 111 times that of its own other exams (n = 144)" in text
    example = proposed.evidence["examples"][0]
    assert f"/exams/{example['exam']}/objects/" in text
    assert f"Written as {example['recorded']}" in text


def test_a_viewer_sees_the_evidence_and_no_button(proposed: RepairProposal, signed_in: Any) -> None:
    text = page(signed_in("viewer"), f"/plausibility/{proposed.pk}/")
    assert "What it would change" in text
    assert "Why it is wrong" not in text
    assert signed_in("radiographer").post(f"/plausibility/{proposed.pk}/accept", {"reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("days", "said"),
    [({"since": "never"}, "is no day"), ({"since": "2026-03-01", "until": "2026-02-01"}, "before its first")],
)
def test_days_that_cannot_be_say_why(proposed: RepairProposal, signed_in: Any, days: dict[str, str], said: str) -> None:
    client = signed_in("physicist")
    for answer in (
        client.get(f"/plausibility/{proposed.pk}/", days),
        client.post(f"/plausibility/{proposed.pk}/accept", {**days, "reason": "x"}),
    ):
        assert (answer.status_code, said in answer.content.decode()) == (400, True)
    assert not ValueRepairRow.objects.exists()


def test_the_preview_follows_the_days(proposed: RepairProposal, signed_in: Any) -> None:
    text = page(signed_in("physicist"), f"/plausibility/{proposed.pk}/?since=2026-01-13&until=2026-01-14")
    assert "<dt>Exams</dt><dd>2</dd>" in text
    assert "Repair 24 values" in text


def test_declining_needs_a_reason_and_the_files_tell_it(proposed: RepairProposal, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert client.post(f"/plausibility/{proposed.pk}/decline", {"reason": " "}).status_code == 400
    assert client.post(f"/plausibility/{proposed.pk}/decline", {"reason": "A bench test"}).status_code == 302
    content = text_of(b"".join(client.get("/plausibility.csv")), "csv")
    assert "declined" in content
    assert "KAP in reports" in content
    assert "A bench test" in page(client, f"/plausibility/{proposed.pk}/")


def test_many_tests_are_set_apart_at_once(proposed: RepairProposal, signed_in: Any) -> None:
    client = signed_in("radiographer")
    keys = list(SuspectedTest.objects.values_list("exam", flat=True))
    given = {"exam": keys, "verdict": "test", "reason": "March constancy"}
    assert client.post("/plausibility/tests", {**given, "reason": ""}).status_code == 400
    assert client.post("/plausibility/tests", {**given, "verdict": "cat"}).status_code == 400
    assert client.post("/plausibility/tests", {**given, "exam": ["x" * 999]}).status_code == 400
    assert Exam.objects.filter(pk__in=keys, excluded_as="").count() == len(keys) == 2
    assert client.post("/plausibility/tests", given).status_code == 302
    assert Exam.objects.filter(pk__in=keys, excluded_as="test").count() == 2


def test_a_value_far_from_what_the_scanner_records_is_marked_with_the_limits(
    proposed: RepairProposal, signed_in: Any
) -> None:
    client = signed_in("physicist")
    right, wrong = (Exam.objects.get(study_uid=f"2.25.7{number}.2") for number in (11, 12))
    assert "outside of what this scanner records" not in page(client, f"/exams/{right.pk}/")
    text = page(client, f"/exams/{wrong.pk}/")
    assert text.count('title="outside of what this scanner records: ') >= 1
    assert "outside of what this scanner records; point at it" in text
    assert Event.objects.filter(exam=wrong).exclude(repairs=None).count() == 0
