"""Reports made by their schedule and mailed, by the real tasks, a real worker of them and a real mail server."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pydantic import SecretStr

from doseloop.access.scope import SYSTEM
from doseloop.facts.engine import Facts
from doseloop.model.errors import SetupError
from doseloop.model.report_schedule import Rhythm
from doseloop.report import archive, report_files
from doseloop.roles import report_tasks
from doseloop.roles.task_runner import work_off
from doseloop.store import report_mail, report_schedules, reports, tasks
from doseloop.store.audit import COMMAND
from doseloop.store.level_choice import choose
from doseloop.store.models import ArchivedReport, AuditRow, ReportMail, ReportSchedule, Scanner
from tests.facts.conftest import facts, paths
from tests.facts.made import make_scanner, make_site
from tests.report.compliance import chests
from tests.roles.installation import free_port
from tests.roles.mail_server import enclosed, mail_server, url_of

__all__ = ["facts", "paths"]
BOARD = ["board@hospital.example", "physics@hospital.example"]
NOW = datetime(2025, 4, 6, 9, tzinfo=UTC)
SOON = NOW + timedelta(seconds=10)


@pytest.fixture
def scanner(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    monkeypatch.setattr(report_tasks, "_facts", lambda: facts)
    made = make_scanner(make_site())
    choose(SYSTEM, made.site_id, ["uk-ukhsa-ndrl-2024"], COMMAND)
    chests(made, 25)
    return made


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`at(moment)`: the worker's clock strikes then, and all that it asked for is worked off."""

    def strike(moment: datetime) -> None:
        with monkeypatch.context() as then:
            then.setattr(timezone, "now", lambda: moment)
            report_tasks.enqueue_due()
            work_off("worker-1")

    return strike


def use_mail(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(settings, "DOSELOOP", settings.DOSELOOP.model_copy(update={"notify_mail": SecretStr(url)}))


def planned(scanner: Scanner, recipients: list[str] = BOARD, last_due: date = date(2025, 3, 5)) -> int:
    key = report_schedules.set_up(
        SYSTEM, scanner.site_id, Rhythm("month", 5, 1), recipients, COMMAND, for_signature=True
    )
    ReportSchedule.objects.filter(pk=key).update(last_due=last_due)
    return key


def test_a_report_is_made_on_its_day_and_what_arrives_by_mail_is_what_is_archived(
    scanner: Scanner, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(scanner)
    with mail_server() as server:
        use_mail(monkeypatch, server.url)
        at(NOW)
        at(SOON)
        mail, other = server.kept.mails
    (kept,) = reports.archived_reports(SYSTEM)
    assert (kept.first_day, kept.last_day, kept.head.made_by) == (date(2025, 3, 1), date(2025, 3, 31), "worker")
    held = archive.opened(SYSTEM, kept.key)
    made = {report_files.name_of(kept, form): report_files.made(held, kept.head, form) for form in ("pdf", "xlsx")}
    assert enclosed(mail) == enclosed(other) == made
    assert server.kept.recipients == [[one] for one in BOARD]
    assert mail["Subject"] == "Compliance with reference levels, North: 2025-03-01 to 2025-03-31"
    assert {(one.state, one.attempts) for one in report_mail.mails(SYSTEM, [kept.key])[kept.key]} == {("sent", 1)}
    told = AuditRow.objects.filter(action="report mailed").order_by("pk")
    assert [one.after for one in told] == [{"recipient": one} for one in BOARD]


def test_missed_months_are_one_report_of_the_last_one(scanner: Scanner, at: Any) -> None:
    planned(scanner, [], last_due=date(2024, 6, 5))
    for hour in range(3):
        at(NOW + timedelta(hours=hour))
    (kept,) = reports.archived_reports(SYSTEM)
    assert kept.first_day == date(2025, 3, 1)


def test_a_report_that_was_made_before_its_worker_died_is_not_made_again(scanner: Scanner, at: Any) -> None:
    key = planned(scanner, [])
    at(NOW)
    report_tasks.make_scheduled.enqueue(key, "2025-04-05")
    work_off("worker-1")
    assert ArchivedReport.objects.count() == 1


def test_a_mail_server_that_is_down_is_tried_again_and_again_and_then_told(
    scanner: Scanner, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(scanner, BOARD[:1])
    use_mail(monkeypatch, url_of(free_port()))
    at(NOW)
    for attempt in range(1, len(report_mail.PAUSES) + 2):
        at(NOW + timedelta(days=attempt))
        row = ReportMail.objects.get()
        assert row.attempts == attempt
        assert row.said
    assert (row.state, row.next_at) == ("failed", None)
    at(NOW + timedelta(days=20))
    assert ReportMail.objects.get().attempts == attempt
    with mail_server() as server:
        use_mail(monkeypatch, server.url)
        ReportSchedule.objects.update(stopped_at=NOW)
        report_mail.ask_again(SYSTEM, row.pk, COMMAND)
        at(timezone.now() + timedelta(seconds=1))
        assert len(server.kept.mails) == 1
    assert ReportMail.objects.get().state == "sent"


def test_a_mail_server_that_refuses_is_told_in_words_without_the_password(
    scanner: Scanner, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(scanner, BOARD[:1])
    with mail_server() as server:
        server.kept.answer = "554 5.7.1 not from here"
        use_mail(monkeypatch, server.url.replace("//", "//keane:pa55word-of-keane@"))
        at(NOW)
        at(SOON)
    row = ReportMail.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.said
    assert "pa55word" not in row.said
    assert row.next_at is not None
    assert row.next_at - row.at == report_mail.PAUSES[0]


def test_without_a_mail_server_it_says_what_to_set(scanner: Scanner, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    planned(scanner, BOARD[:1])
    use_mail(monkeypatch, "")
    at(NOW)
    at(SOON)
    assert "`notify_mail`" in ReportMail.objects.get().said


def test_a_report_that_cannot_be_made_says_why_and_is_made_later(
    scanner: Scanner, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = planned(scanner, [])

    def fails(*given: Any, **named: Any) -> None:
        raise SetupError("Figures cannot be read.")

    with monkeypatch.context() as broken:
        broken.setattr(report_tasks.archive, "new_report", fails)
        at(NOW)
    assert report_schedules.schedule_of(SYSTEM, key).said == "Figures cannot be read."
    assert not ArchivedReport.objects.exists()
    at(NOW + timedelta(minutes=1))
    assert not ArchivedReport.objects.exists()
    at(NOW + timedelta(minutes=3))
    assert ArchivedReport.objects.count() == 1
    assert report_schedules.schedule_of(SYSTEM, key).said == ""


def test_what_a_dead_worker_had_begun_is_begun_again_by_the_next_of_its_name(scanner: Scanner) -> None:
    report_tasks.make_scheduled.enqueue(planned(scanner, []), "2025-04-05")
    row = DBTaskResult.objects.get()
    row.claim("worker-1")
    work_off("worker-2")
    assert not ArchivedReport.objects.exists()
    assert (tasks.give_back("worker-2"), tasks.give_back("worker-1")) == (0, 1)
    work_off("worker-2")
    assert ArchivedReport.objects.count() == 1


def test_a_task_that_ends_its_worker_again_and_again_is_given_up(scanner: Scanner) -> None:
    report_tasks.make_scheduled.enqueue(planned(scanner, []), "2025-04-05")
    for _ in range(5):
        DBTaskResult.objects.get().claim("worker-1")
        tasks.give_back("worker-1")
    assert not tasks.anything_ready()
    assert DBTaskResult.objects.get().status == "FAILED"


def test_tasks_that_ended_a_month_ago_are_forgotten(scanner: Scanner, at: Any) -> None:
    planned(scanner, [])
    at(NOW)
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=29))
    assert tasks.forget_finished() == 0
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert tasks.forget_finished() == 1
