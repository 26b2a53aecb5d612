"""The pages of compliance reports: made twice they say the same, what is archived stays, and each right opens what it should."""

import re
from typing import Any

import pytest
from django.test import Client

from doseloop.access.scope import SYSTEM
from doseloop.report import archive
from doseloop.store import report_mail, report_schedules, reports
from doseloop.store.models import ArchivedReport, AuditRow, Exam, Part, ReportMail
from tests.web.record import Department

ADDRESS = "/reports/"


def days(department: Department) -> dict[str, str]:
    started = [moment[:10] for moment in Exam.objects.values_list("started_at", flat=True)]
    return {"site": str(department.site.pk), "first": min(started), "last": max(started)}


def make(client: Client, department: Department, **given: str) -> int:
    answer = client.post(f"{ADDRESS}make", {**days(department), **given})
    assert answer.status_code == 302, answer.content
    return int(re.sub(r"\D", "", answer["Location"]))


def text(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_made_twice_it_has_the_same_figures_and_the_same_digest(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    first, second = (reports.archived(SYSTEM, make(client, department)) for _ in range(2))
    assert first.figures_sha256 == second.figures_sha256
    assert archive.opened(SYSTEM, first.key) == archive.opened(SYSTEM, second.key)
    assert sum(first.counts.values()) > 5


@pytest.mark.parametrize("form", ["pdf", "xlsx", "submission.csv", "submission.xlsx"])
def test_files_are_the_same_byte_for_byte_after_exams_changed(
    form: str, department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    path = f"{ADDRESS}{make(client, department)}/compliance.{form}"
    before = client.get(path).content
    Part.objects.update(dlp_mgy_cm=1.0)
    Exam.objects.filter(pk__lt=department.exam - 5).delete()
    assert client.get(path).content == before
    assert len(before) > 500


def test_what_changed_since_is_told_value_by_value_and_can_be_made_again(
    department: Department, signed_in: Any
) -> None:
    from doseloop.store.changes import note_change

    client = signed_in("physicist")
    key = make(client, department)
    assert "Nothing changed since" in text(client, f"{ADDRESS}{key}/today/")
    parts = Part.objects.filter(procedure="ct-head", site=department.site)
    for part in parts:
        Part.objects.filter(pk=part.pk).update(dlp_mgy_cm=(part.dlp_mgy_cm or 0) * 2)
    note_change(list(parts.values_list("exam", flat=True)))
    told = text(client, f"{ADDRESS}{key}/today/")
    assert re.search(r"\d+ figures? would differ today", told)
    assert "DLP, median" in told
    old = archive.opened(SYSTEM, key)
    answer = client.post(f"{ADDRESS}{key}/again")
    new = archive.opened(SYSTEM, int(re.sub(r"\D", "", answer["Location"])))
    assert [one.level_id for one in new.figures] == [one.level_id for one in old.figures]
    assert new.figures != old.figures
    assert archive.opened(SYSTEM, key) == old


def test_a_report_for_signature_names_the_sets_that_it_leaves_out(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    for_signature = archive.opened(SYSTEM, make(client, department, for_signature="on"))
    for_information = archive.opened(SYSTEM, make(client, department))
    left_out = {one.id for one in for_signature.sets if one.left_out}
    assert left_out
    assert not left_out & {one.set_id for one in for_signature.figures}
    assert not any(one.left_out for one in for_information.sets)
    assert left_out & {one.set_id for one in for_information.figures}
    titles = [one.title for one in for_signature.sets if one.left_out]
    newest = reports.archived_reports(SYSTEM)[-1].key
    assert all(
        title.split("&")[0] in text(client, f"{ADDRESS}{newest}/").replace("&#x27;", "'") for title in titles[:2]
    )


def test_signing_needs_a_name_and_happens_once(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    key = make(client, department, for_signature="on")
    assert client.post(f"{ADDRESS}{key}/sign", {"name": "", "function": "MPE"}).status_code == 400
    assert client.post(f"{ADDRESS}{key}/sign", {"name": "Dr Maeve Keane", "function": "MPE"}).status_code == 302
    assert client.post(f"{ADDRESS}{key}/sign", {"name": "Another", "function": "MPE"}).status_code == 400
    told = text(client, f"{ADDRESS}{key}/")
    assert "Dr Maeve Keane" in told
    assert "Another" not in told


@pytest.mark.parametrize(
    "given",
    [
        {"first": ""}, {"last": "yesterday"}, {"first": "2026-03-02", "last": "2026-03-01"}, {"site": "x"}, {"site": ""},
        {"last": "9999-12-31"},
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_with_what_to_do(
    given: dict[str, str], department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    assert client.post(f"{ADDRESS}make", {**days(department), **given}).status_code == 400
    assert not ArchivedReport.objects.exists()


def test_a_site_where_the_right_is_not_held_looks_like_none(department: Department, signed_in: Any) -> None:
    answer = signed_in("physicist").post(f"{ADDRESS}make", {**days(department), "site": department.other_site.pk})
    assert answer.status_code == 404


def test_who_may_only_look_is_offered_no_form_and_no_file(department: Department, signed_in: Any) -> None:
    key = make(signed_in("physicist"), department)
    viewer = signed_in("viewer")
    for path in (ADDRESS, f"{ADDRESS}{key}/", f"{ADDRESS}{key}/today/"):
        assert 'method="post"' not in text(viewer, path).replace('method="post" action="/accounts/logout/"', "")
    assert "compliance.pdf" not in text(viewer, f"{ADDRESS}{key}/")
    assert viewer.get(f"{ADDRESS}{key}/compliance.pdf").status_code == 403


def test_a_mail_that_failed_says_why_and_what_to_do(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    key = make(client, department)
    sent = client.post(f"{ADDRESS}{key}/mail", {"recipients": "board@hospital.example, x@hospital.example"})
    assert sent.status_code == 302
    assert list(ReportMail.objects.values_list("recipient", flat=True)) == [
        "board@hospital.example",
        "x@hospital.example",
    ]
    ReportMail.objects.filter(recipient="x@hospital.example").delete()
    assert "On its way" in text(client, f"{ADDRESS}{key}/")
    for _ in range(len(report_mail.PAUSES) + 1):
        report_mail.note_failed(ReportMail.objects.get().pk, "Connection refused")
    told = text(client, f"{ADDRESS}{key}/")
    assert "Connection refused" in told
    assert "Mend the mail server or <code>notify_mail</code>" in told
    assert client.post(f"{ADDRESS}mails/{ReportMail.objects.get().pk}/again").status_code == 302
    assert "On its way" in text(client, f"{ADDRESS}{key}/")
    assert client.post(f"{ADDRESS}{key}/mail", {"recipients": " "}).status_code == 400


def test_a_schedule_is_set_up_stopped_and_started_again(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    given = {"site": department.site.pk, "every": "quarter", "day": "5", "months": "12", "recipients": "a@b.example"}
    assert client.post(f"{ADDRESS}schedule", given).status_code == 302
    (one,) = report_schedules.schedules(SYSTEM)
    assert "each quarter on day 5, over 12 months" in text(client, ADDRESS)
    client.post(f"{ADDRESS}schedules/{one.key}/stop")
    assert "Stopped" in text(client, ADDRESS)
    client.post(f"{ADDRESS}schedules/{one.key}/start")
    assert "next on" in text(client, ADDRESS)
    for wrong in ({"every": "week"}, {"day": "31"}, {"months": "0"}, {"recipients": "nobody"}):
        assert client.post(f"{ADDRESS}schedule", {**given, **wrong}).status_code == 400


def test_each_change_leaves_a_row_of_the_audit(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    key = make(client, department, for_signature="on")
    client.post(f"{ADDRESS}{key}/sign", {"name": "Dr Keane", "function": "MPE"})
    client.post(f"{ADDRESS}{key}/mail", {"recipients": "a@b.example"})
    told = AuditRow.objects.filter(subject=f"report {key}", actor="physicist", site=department.site)
    assert [one.action for one in told.order_by("pk")] == ["report made", "report signed", "report mail asked for"]
    assert not told.exclude(patient_key=None).exists()


def test_a_damaged_report_says_so(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    key = make(client, department)
    ArchivedReport.objects.update(content=b"not what it was")
    answer = client.get(f"{ADDRESS}{key}/")
    assert answer.status_code == 500
    assert "damaged-report" in answer.content.decode()
    assert client.get(ADDRESS).status_code == 200
