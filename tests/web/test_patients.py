"""Pages of patients and sizes: whom they show to whom, what they refuse, and what the audit says."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from doseloop.access.rights import RIGHTS, Right
from doseloop.store.audit import Seen
from doseloop.store.models import AuditRow, Decision, Exam, Identity, Measurement, Patient, SizeImport
from tests.web.disclosures import noted
from tests.web.record import Department


@pytest.fixture
def two(department: Department) -> tuple[int, int]:
    """Two patients of the site alone, known as one person under two numbers; exams of the first have no weight."""
    elsewhere = Exam.objects.exclude(site=department.site).values("patient")
    own = Exam.objects.filter(site=department.site).exclude(patient__in=elsewhere)
    one, other = sorted(set(own.values_list("patient_id", flat=True)))[:2]
    Identity.objects.all().update(birth_date=None)
    for key, number, name in ((one, "CASE1", "Kestrel^Maria"), (other, "CASE2", "KESTREL^Marya")):
        Identity.objects.filter(patient=key).delete()
        Identity.objects.create(
            patient_id=key, issuer=f"no issuer at site {department.site.pk}", number=number, name=name,
            birth_date=date(1970, 2, 28), joins=True, recorded_at=department_time(department),
        )  # fmt: skip
    Exam.objects.filter(patient__in=(one, other)).update(sex="F", weight_kg=None, weight_source="")
    return one, other


def department_time(department: Department) -> Any:
    return Exam.objects.get(pk=department.exam).received_at


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_who_merges_sees_identity_and_answers_for_figures() -> None:
    holders = {role for role, rights in RIGHTS.items() if Right.MERGE in rights}
    assert {role.value for role in holders} == {"physicist", "administrator"}
    assert all(Right.SEE_IDENTITY in RIGHTS[role] for role in holders)


def test_a_patients_page_lists_exams_in_order_and_adds_nothing_up(two: tuple[int, int], signed_in: Any) -> None:
    one, _ = two
    shown = text(signed_in("physicist").get(f"/patients/{one}/"))
    exams = list(Exam.objects.filter(patient=one).order_by("started_at", "pk").values_list("pk", flat=True))
    found = [int(key) for key in re.findall(r'href="/exams/(\d+)/"', shown)]
    assert list(dict.fromkeys(found)) == exams
    assert "Kestrel, Maria" in shown
    assert "CASE1" in shown
    assert "They are not added up" in shown


def test_who_does_not_see_identity_sees_a_key_alone(two: tuple[int, int], signed_in: Any) -> None:
    shown = text(signed_in("viewer").get(f"/patients/{two[0]}/"))
    assert f"Patient key {two[0]}" in shown
    assert not [word for word in ("Kestrel", "CASE1", "1970", "Merge with") if word in shown]


def test_an_exam_leads_to_its_patient(department: Department, signed_in: Any) -> None:
    patient = Exam.objects.get(pk=department.exam).patient_id
    assert f'href="/patients/{patient}/"' in text(signed_in("viewer").get(f"/exams/{department.exam}/"))


def test_an_exam_that_counts_in_another_leads_there(department: Department, signed_in: Any) -> None:
    other = Exam.objects.filter(site=department.site).exclude(pk=department.exam)[0]
    Exam.objects.filter(pk=other.pk).update(part_of=department.exam)
    client = signed_in("viewer")
    assert client.get(f"/exams/{other.pk}/")["Location"] == f"/exams/{department.exam}/"
    assert client.get(f"/exams/{other.pk}/parts.csv").status_code in (403, 404)


def test_two_that_look_like_one_are_suggested_and_nothing_is_merged_by_itself(
    two: tuple[int, int], department: Department, signed_in: Any
) -> None:
    last = AuditRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    shown = text(signed_in("physicist").get("/patients/"))
    assert "The birth date is the same. The names are nearly the same." in shown
    assert not Decision.objects.exists()
    seen = noted(AuditRow.objects.filter(pk__gt=last))
    assert seen == sorted(Seen(key, department.site.pk) for key in two)


def test_another_sex_or_birth_date_is_not_suggested_and_told(two: tuple[int, int], signed_in: Any) -> None:
    one, other = two
    client = signed_in("physicist")
    Exam.objects.filter(patient=other).update(sex="M")
    assert "No two patients look like one person" in text(client.get("/patients/"))
    shown = text(client.post("/patients/preview", {"patient": one, "into": other}))
    assert "The sex is another." in shown
    assert "Something speaks against 1 of 1" in shown
    Identity.objects.filter(patient=other).update(birth_date=date(1971, 2, 28))
    assert "The birth date is another." in text(client.post("/patients/preview", {"patient": one, "into": other}))


def test_merging_on_the_page_and_taking_it_back(two: tuple[int, int], signed_in: Any) -> None:
    one, other = two
    client = signed_in("physicist")
    assert client.post("/patients/accept", {"patient": one, "into": other}).status_code == 302
    assert Patient.objects.get(pk=one).part_of_id == other
    assert f"“patient {one}”: by itself → part of patient {other}" in text(client.get("/patients/"))
    batch = Decision.objects.get().batch
    assert client.post(f"/patients/changes/{batch}/undo").status_code == 302
    assert Patient.objects.get(pk=one).part_of_id is None
    told = " ".join(
        f"{row.subject} {row.before} {row.after}" for row in AuditRow.objects.filter(action="patients merged")
    )
    assert not [word for word in ("CASE", "Kestrel", "1970") if word in told]


def test_a_file_of_merged_numbers_is_previewed_with_what_it_leaves_out(
    two: tuple[int, int], department: Department, signed_in: Any
) -> None:
    content = b"old issuer,old number,new issuer,new number\n,CASE1,,CASE2\n,CASE1,,NOBODY\n,CASE2,,CASE2\n"
    file = SimpleUploadedFile("merged.csv", content)
    sent = {"file": file, "site": department.site.pk}
    shown = text(signed_in("physicist").post("/patients/preview", sent))
    assert "1 patient would become part of another" in shown
    assert "1 line left out: a number without an exam at the site" in shown
    assert "1 line left out: one patient already" in shown
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "No two patients are named"),
        ({"patient": "x", "into": "1"}, "key is a number"),
        ({"patient": "9" * 40, "into": "1"}, "key is a number"),
        ({"patient": "1", "into": "1"}, "already, or part of it"),
    ],
)
def test_what_cannot_be_merged_says_why(two: tuple[int, int], sent: dict[str, str], said: str, signed_in: Any) -> None:
    given = {key: str(two[0]) if value == "1" else value for key, value in sent.items()}
    answer = signed_in("physicist").post("/patients/preview", given)
    assert (answer.status_code, said in text(answer)) == (400, True)


def test_a_patient_of_another_site_cannot_be_merged(
    two: tuple[int, int], department: Department, signed_in: Any
) -> None:
    Exam.objects.filter(patient=two[1]).update(site=department.other_site)
    answer = signed_in("physicist").post("/patients/accept", {"patient": two[0], "into": two[1]})
    assert answer.status_code == 404
    assert not Decision.objects.exists()


def sizes(two: tuple[int, int], department: Department, client: Any, weight: str = "71") -> Any:
    started = Exam.objects.filter(patient=two[0]).order_by("started_at")[0].started_at
    file = SimpleUploadedFile("sizes.csv", f"patient number,measured at,weight kg\nCASE1,{started},{weight}\n".encode())
    return client.post("/sizes/read", {"file": file, "site": department.site.pk})


def test_a_file_of_sizes_is_shown_before_it_is_accepted_and_taken_back(
    two: tuple[int, int], department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    answer = sizes(two, department, client)
    shown = text(client.get(answer["Location"]))
    assert re.search(r"[1-9]\d* exams? would be filled", shown)
    assert "CASE1" not in shown
    assert not SizeImport.objects.get().in_force
    assert client.post(f"{answer['Location']}accept").status_code == 302
    assert SizeImport.objects.get().in_force
    assert "being filled" in text(client.get("/sizes/"))
    batch = Decision.objects.get().batch
    assert client.post(f"/sizes/changes/{batch}/undo").status_code == 302
    assert not SizeImport.objects.get().in_force
    assert Measurement.objects.count() == 1


def test_contradictions_are_shown_and_whom_they_show_is_noted(
    two: tuple[int, int], department: Department, signed_in: Any
) -> None:
    Exam.objects.filter(patient=two[0]).update(
        weight_kg=80.0, weight_source="object", height_m=1.7, height_source="object"
    )
    client = signed_in("physicist")
    address = sizes(two, department, client, "120")["Location"]
    last = AuditRow.objects.order_by("-pk").values_list("pk", flat=True)[0]
    shown = text(client.get(address))
    assert "80 kg" in shown
    assert "120 kg" in shown
    assert noted(AuditRow.objects.filter(pk__gt=last)) == [Seen(two[0], department.site.pk)]
    assert client.post(f"{address}accept").status_code == 400
    exam = re.search(r'name="over" value="(\d+)"', shown)
    assert exam is not None
    assert client.post(f"{address}accept", {"over": exam[1]}).status_code == 302
    assert SizeImport.objects.get().over == [Exam.objects.get(pk=exam[1]).study_uid]


def test_an_upload_that_cannot_be_used_says_why(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    for content, said in ((b"a,b\n", "lacks a column"), (b"\xff\xfe\x00", "not in UTF-8")):
        sent = {"file": SimpleUploadedFile("x.csv", content), "site": department.site.pk}
        answer = client.post("/sizes/read", sent)
        assert (answer.status_code, said in text(answer)) == (400, True)
    assert client.post("/sizes/read", {"site": department.site.pk}).status_code == 400
    assert not SizeImport.objects.exists()
