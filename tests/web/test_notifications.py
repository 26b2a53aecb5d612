"""Who is told of flags is set up on a page by administrators, addresses are not shown again, and messages name no patient."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pydantic import SecretStr

from doseloop.access.scope import SYSTEM
from doseloop.loop.notifying import Ways, tell_next
from doseloop.model.notification import How
from doseloop.store import findings, outbox_list, subscriptions
from doseloop.store.models import AuditRow, Exam, Flag, Notification, Subscription
from tests.roles.mail_server import MailServer, mail_server
from tests.web.disclosures import plant, shows_identity
from tests.web.record import Department

GIVEN = {
    "name": "Physics",
    "address": "keane@hospital.example",
    "least": "low",
    "how": "at once",
    "wait_h": "4",
}


@pytest.fixture
def admin(signed_in: Any) -> Client:
    return signed_in("administrator")  # type: ignore[no-any-return]


def use(monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
    monkeypatch.setattr(settings, "DOSELOOP", settings.DOSELOOP.model_copy(update=options))


def added(client: Client, department: Department, **given: str) -> int:
    found = client.post("/notifications/add", {**GIVEN, "site": str(department.site.pk), **given})
    assert found.status_code == 302, found.content.decode()
    return Subscription.objects.latest("pk").pk


def page(client: Client) -> str:
    return client.get("/notifications/").content.decode()


def test_somebody_is_added_changed_paused_and_removed_and_the_audit_has_each_step(
    admin: Client, department: Department
) -> None:
    key = added(admin, department, how="digest", digest_at="06:30", quiet_begin="22:00", quiet_end="06:00")
    assert "Everything, each day at 06:30; not from 22:00 to 06:00." in page(admin)
    admin.post(
        f"/notifications/{key}/change", {**GIVEN, "address": "", "least": "high", "how": "unseen", "wait_h": "1"}
    )
    assert "Flags of high weight, once nobody has judged it for an hour." in page(admin)
    assert subscriptions.subscription(SYSTEM, key).address == GIVEN["address"]
    admin.post(f"/notifications/{key}/pause")
    assert "Paused" in page(admin)
    admin.post(f"/notifications/{key}/go-on")
    admin.post(f"/notifications/{key}/remove")
    assert "Nobody is told of flags" in page(admin)
    told = AuditRow.objects.filter(subject=f"subscription {key}").order_by("pk").values_list("action", "actor")
    words = ["set up", *["changed"] * 3, "removed"]
    assert list(told) == [(f"notification {word}", "administrator") for word in words]


def test_an_address_with_secrets_is_never_shown(
    admin: Client, department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, notify_hosts=["chat.hospital.example"])
    added(admin, department, address="mmosts://chat.hospital.example/3ccdd113474722377935511fc85d3dd4")
    shown = page(admin) + admin.get("/audit/").content.decode()
    assert "Mattermost" in shown
    assert "3ccdd113" not in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "json://127.0.0.1/"}, {"address": ""}, {"name": " "}, {"least": "all"}, {"how": "often"},
        {"quiet_begin": "22:00"}, {"quiet_begin": "22:00", "quiet_end": "22:00"}, {"digest_at": "25:00"},
        {"wait_h": "0"}, {"wait_h": "-1"}, {"wait_h": "99999999999999"}, {"site": "99999"}, {"site": "x"},
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_and_sets_nothing_up(
    wrong: dict[str, str], admin: Client, department: Department
) -> None:
    given = {**GIVEN, "site": str(department.site.pk), **wrong}
    assert admin.post("/notifications/add", given).status_code in (400, 404)
    assert not Subscription.objects.exists()


def test_two_of_one_name_at_a_site_are_refused(admin: Client, department: Department) -> None:
    added(admin, department)
    found = admin.post("/notifications/add", {**GIVEN, "site": str(department.site.pk)})
    assert (found.status_code, Subscription.objects.count()) == (400, 1)


def test_another_site_s_are_out_of_reach(admin: Client, department: Department, signed_in: Any) -> None:
    elsewhere = added(signed_in("a.osei"), department, site=str(department.other_site.pk))
    assert "Physics" not in page(admin)
    for word in ("change", "pause", "go-on", "remove", "again", "test"):
        assert admin.post(f"/notifications/{elsewhere}/{word}", GIVEN).status_code == 404
    assert admin.post("/notifications/add", {**GIVEN, "site": str(department.other_site.pk)}).status_code == 404


def test_a_test_says_that_it_was_sent_or_why_not(
    admin: Client, department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = added(admin, department)
    with mail_server() as server:
        use(monkeypatch, notify_mail=SecretStr(server.url))
        assert "was sent" in admin.post(f"/notifications/{key}/test", follow=True).content.decode()
        (mail,) = server.kept.mails
        assert mail["Subject"].endswith(": test")
        server.kept.answer = "554 5.7.1 not from here"
        assert "was not sent." in admin.post(f"/notifications/{key}/test", follow=True).content.decode()


def test_what_failed_is_told_on_the_page_and_sent_again(admin: Client, department: Department) -> None:
    key = added(admin, department)
    flag, now = Flag.objects.get(pk=department.flag), datetime.now(UTC)
    Notification.objects.create(
        subscription_id=key, flag=flag, how="at once", state="failed", attempts=10, next_at=now, at=now, said="Refused."
    )
    shown = page(admin)
    assert "Not reached" in shown
    assert "Refused." in shown
    admin.post(f"/notifications/{key}/again")
    assert [one.state for one in outbox_list.sendings(SYSTEM)] == ["waiting"]


def sent(server: MailServer) -> str:
    now, found = datetime.now(UTC) + timedelta(days=2), ""
    ways = Ways(server.url, (), "https://doseloop.hospital.example", settings.FOLDER.ring("notifications"))
    while tell_next("worker-1", ways, now):
        now += timedelta(hours=1)
    for mail in server.kept.mails:
        found += "".join(f"{name}: {value}\n" for name, value in mail.items())
        found += "".join(str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text")
    return found


def test_messages_name_no_patient_no_exam_and_no_dose(admin: Client, department: Department) -> None:
    known, sites = plant(), {department.site.pk, department.other_site.pk}
    for how in How:
        added(admin, department, name=f"Physics, {how}", how=str(how))
    flag = Flag.objects.get(pk=department.flag)
    assert flag.exam_id is not None
    exam, procedure, evidence = flag.exam_id, flag.procedure_id, flag.evidence
    Flag.objects.all().delete()
    finding = findings.Finding(**{**evidence, "not_seen": tuple(evidence["not_seen"])})
    findings.apply(exam, [findings.ExamFinding(finding, procedure)])
    with mail_server() as server:
        text = sent(server)
    assert len(server.kept.mails) == 3
    assert "High dose: " in text
    assert known.disclosed(text, sites) == set()
    assert not shows_identity(text)
    told = Exam.objects.get(pk=exam)
    for secret in (
        finding.sentence,
        told.study_uid,
        told.accession_number,
        f"{finding.value:.0f}",
        told.started_at[:10],
    ):
        assert secret not in text
