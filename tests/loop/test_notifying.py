"""Flags are told by real mail, once and no sooner than they may be; nothing is lost while a mail server is away."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.db import transaction

from doseloop.access.scope import SYSTEM
from doseloop.loop.notification_address import checked
from doseloop.loop.notifying import LOST, send_trial
from doseloop.model.notification import How, QuietHours, Severity
from doseloop.roles.data_folder import DataFolder
from doseloop.store import findings, flags, outbox, outbox_list, subscriptions
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Flag, Notification, Scanner, Subscription
from tests.facts.made import make_scanner, make_site
from tests.loop.notified import exam_at, raise_flag, subscribe, tell_all, ways
from tests.roles.installation import free_port
from tests.roles.mail_server import MailServer, mail_server, url_of


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    return make_scanner(make_site(zone="Europe/London"))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


def body(server: MailServer, mail: int = 0) -> str:
    part = server.kept.mails[mail].get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def soon(hours: float = 0.0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1, hours=hours)


def states() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("state", flat=True))


def test_a_flag_is_told_once(folder: DataFolder, scanner: Scanner, server: MailServer) -> None:
    subscribe(folder, scanner.site_id)
    exam = exam_at(scanner)
    raise_flag(exam)
    raise_flag(exam, factor=3.1)
    assert tell_all(ways(folder, server.url)) == 1
    findings.apply(exam.pk, [])
    raise_flag(exam)
    tell_all(ways(folder, server.url), soon(1))
    (mail,) = server.kept.mails
    assert (mail["Subject"], server.kept.recipients) == (
        "Doseloop, North: 1 flag, urgent",
        [["keane@hospital.example"]],
    )
    assert AuditRow.objects.filter(action="notified").count() == 1


def test_a_flag_that_is_not_committed_is_not_told(folder: DataFolder, scanner: Scanner, server: MailServer) -> None:
    subscribe(folder, scanner.site_id)
    exam = exam_at(scanner)
    with transaction.atomic():
        raise_flag(exam)
        transaction.set_rollback(True)
    assert (tell_all(ways(folder, server.url)), Flag.objects.count(), server.kept.mails) == (0, 0, [])


def test_who_asked_for_less_or_is_of_another_site_is_not_told(folder: DataFolder, scanner: Scanner) -> None:
    subscribe(folder, scanner.site_id, name="Urgent")
    subscribe(folder, make_site("South").pk, least=Severity.LOW)
    raise_flag(exam_at(scanner), "new-name")
    assert states() == []
    subscribe(folder, scanner.site_id, name="Everything", least=Severity.LOW)
    raise_flag(exam_at(scanner), "new-name")
    assert [one.subscription for one in outbox_list.sendings(SYSTEM)] == ["Everything"]


def test_rules_about_people_are_never_told(folder: DataFolder, scanner: Scanner) -> None:
    subscribe(folder, scanner.site_id, least=Severity.LOW)
    raise_flag(exam_at(scanner), "operators")
    assert states() == []


def test_an_archive_that_is_read_in_is_no_news(folder: DataFolder, scanner: Scanner) -> None:
    subscribe(folder, scanner.site_id)
    raise_flag(exam_at(scanner, "2019-03-10T09:30:00"))
    raise_flag(exam_at(scanner, ""))
    assert len(states()) == 1


def test_many_flags_are_one_message_and_what_follows_is_the_next(
    folder: DataFolder, scanner: Scanner, server: MailServer
) -> None:
    subscribe(folder, scanner.site_id)
    for _ in range(3):
        raise_flag(exam_at(scanner))
    assert tell_all(ways(folder, server.url)) == 1
    raise_flag(exam_at(scanner))
    assert tell_all(ways(folder, server.url), soon(1 / 60)) == 0
    assert tell_all(ways(folder, server.url), soon(6 / 60)) == 1
    assert [mail["Subject"] for mail in server.kept.mails] == [
        "Doseloop, North: 3 flags, urgent",
        "Doseloop, North: 1 flag, urgent",
    ]


def test_what_somebody_judged_before_it_went_is_not_told(
    folder: DataFolder, scanner: Scanner, server: MailServer
) -> None:
    subscribe(folder, scanner.site_id, How.UNSEEN, wait_h=2)
    judged, unseen = raise_flag(exam_at(scanner)), raise_flag(exam_at(scanner))
    flags.set_aside(SYSTEM, judged.pk, str(flags.SetAsideReason.CLINICAL), "", COMMAND)
    assert tell_all(ways(folder, server.url), soon(1.9)) == 0
    assert tell_all(ways(folder, server.url), soon(2.1)) == 1
    assert states() == ["not needed", "sent"]
    assert "Nobody has judged this flag for 2 hours or more:" in body(server)
    assert unseen.state == "open"


def test_a_flag_that_came_back_before_it_was_told_is_told(
    folder: DataFolder, scanner: Scanner, server: MailServer
) -> None:
    subscribe(folder, scanner.site_id)
    exam = exam_at(scanner)
    raise_flag(exam)
    findings.apply(exam.pk, [])
    assert tell_all(ways(folder, server.url)) == 0
    raise_flag(exam)
    assert tell_all(ways(folder, server.url)) == 1
    assert states() == ["sent"]


def test_flags_of_one_cause_are_told_as_the_one_that_leads(
    folder: DataFolder, scanner: Scanner, server: MailServer
) -> None:
    subscribe(folder, scanner.site_id)
    subscribe(folder, scanner.site_id, How.UNSEEN, name="All", least=Severity.LOW, wait_h=1)
    lead, joined = raise_flag(exam_at(scanner), "protocol-change"), raise_flag(exam_at(scanner))
    Flag.objects.filter(pk=joined.pk).update(joined_to=lead)
    assert tell_all(ways(folder, server.url), soon(2)) == 2
    told = [(one.subscription, one.rule) for one in outbox_list.sendings(SYSTEM) if one.state == "sent"]
    assert sorted(told) == [("All", "protocol-change"), ("Physics", "high-dose")], (
        "who is not told of the lead is told of it"
    )


def test_a_chain_of_subscriptions_goes_up_while_nobody_looks(
    folder: DataFolder, scanner: Scanner, server: MailServer
) -> None:
    subscribe(folder, scanner.site_id, name="Radiographers")
    subscribe(folder, scanner.site_id, How.UNSEEN, name="Physicist", wait_h=4)
    subscribe(folder, scanner.site_id, How.UNSEEN, name="Head", wait_h=24)
    raise_flag(exam_at(scanner))
    told = [tell_all(ways(folder, server.url), soon(hours)) for hours in (0, 3, 5, 23, 25, 100)]
    assert told == [1, 0, 1, 0, 1, 0]


def test_a_digest_is_one_message_a_day_and_none_where_there_is_nothing(
    folder: DataFolder, scanner: Scanner, server: MailServer
) -> None:
    subscribe(folder, scanner.site_id, How.DIGEST, digest_at=time(7))
    for _ in range(4):
        raise_flag(exam_at(scanner))
    days = [tell_all(ways(folder, server.url), soon(24 * day)) for day in range(4)]
    assert days == [0, 1, 0, 0]
    assert server.kept.mails[0]["Subject"] == "Doseloop, North: 4 flags, urgent"


def test_a_retry_waits_for_the_end_of_quiet_hours_too(folder: DataFolder, scanner: Scanner, server: MailServer) -> None:
    quiet = QuietHours(time(22), time(6))
    key = subscribe(folder, scanner.site_id, quiet=quiet)
    raise_flag(exam_at(scanner))
    night = datetime(2031, 1, 10, 23, 30, tzinfo=UTC)
    Notification.objects.filter(subscription=key).update(next_at=night - timedelta(minutes=1))
    assert tell_all(ways(folder, server.url), night) == 0
    assert Notification.objects.get().next_at == datetime(2031, 1, 11, 6, tzinfo=UTC)
    assert tell_all(ways(folder, server.url), datetime(2031, 1, 11, 6, tzinfo=UTC)) == 1


def test_an_unreachable_mail_server_loses_nothing_and_gets_it_all_when_it_is_back(
    folder: DataFolder, scanner: Scanner
) -> None:
    subscribe(folder, scanner.site_id)
    port, begun = free_port(), soon()
    raise_flag(exam_at(scanner))
    assert tell_all(ways(folder, url_of(port)), begun) == 1
    (row,) = outbox_list.sendings(SYSTEM)
    assert (row.state, row.attempts, row.next_at) == ("waiting", 1, begun + outbox.PAUSES[0])
    assert row.said
    raise_flag(exam_at(scanner))
    assert tell_all(ways(folder, url_of(port)), soon(0.1)) == 1
    with mail_server(port) as back:
        assert tell_all(ways(folder, back.url), soon(0.2)) == 1
        assert back.kept.mails[0]["Subject"] == "Doseloop, North: 2 flags, urgent"
    assert states() == ["sent", "sent"]
    assert outbox_list.last_failure(Subscription.objects.get().pk) == ""


def test_after_three_days_it_failed_and_a_person_has_it_sent_again(
    folder: DataFolder, scanner: Scanner, server: MailServer
) -> None:
    key = subscribe(folder, scanner.site_id)
    raise_flag(exam_at(scanner))
    server.kept.answer = "554 5.7.1 not from here"
    for day in range(len(outbox.PAUSES) + 1):
        assert tell_all(ways(folder, server.url), soon(24.1 * day)) == 1
    assert (states(), tell_all(ways(folder, server.url), soon(1000))) == (["failed"], 0)
    server.kept.answer = "250 OK"
    outbox_list.send_again(SYSTEM, key, soon(), COMMAND)
    assert tell_all(ways(folder, server.url), soon(1000)) == 1
    assert states() == ["sent"]


def test_a_claim_whose_worker_died_ends_by_itself_or_at_the_worker_s_next_start(
    folder: DataFolder, scanner: Scanner, server: MailServer
) -> None:
    subscribe(folder, scanner.site_id)
    raise_flag(exam_at(scanner))
    now = soon()
    assert outbox.claim("worker-1", now)
    assert outbox.claim("worker-2", now) is None
    late = outbox.claim("worker-2", now + outbox.LEASE + timedelta(seconds=1))
    assert late is not None
    assert (outbox.give_back("worker-1"), outbox.give_back("worker-2")) == (0, 1)
    assert tell_all(ways(folder, server.url), now, "worker-1") == 1
    assert Notification.objects.get().attempts == 3
    outbox.note_failed(late, now, "too late to say so")
    assert states() == ["sent"]


def test_what_kills_each_worker_is_given_up(folder: DataFolder, scanner: Scanner) -> None:
    subscribe(folder, scanner.site_id)
    raise_flag(exam_at(scanner))
    for _ in range(len(outbox.PAUSES) + 1):
        assert outbox.claim("worker-1", soon())
        outbox.give_back("worker-1")
    assert outbox.claim("worker-1", soon()) is None
    assert states() == ["failed"]


def test_nothing_goes_while_a_subscription_is_paused(folder: DataFolder, scanner: Scanner, server: MailServer) -> None:
    key = subscribe(folder, scanner.site_id)
    raise_flag(exam_at(scanner))
    subscriptions.pause(SYSTEM, key, COMMAND)
    raise_flag(exam_at(scanner))
    assert tell_all(ways(folder, server.url)) == 0
    subscriptions.go_on(SYSTEM, key, COMMAND)
    assert (tell_all(ways(folder, server.url)), states()) == (1, ["sent"])


def test_an_address_is_sealed_in_the_record_and_stands_in_no_row_of_the_audit(
    folder: DataFolder, scanner: Scanner
) -> None:
    secret = "slack://TokenA12345/TokenBabcd/cccccccccccccccccccccccc"
    key = subscribe(folder, scanner.site_id, address=checked(secret, []))
    assert subscriptions.secret_address(key, folder.ring("notifications")) == secret
    assert b"Token" not in bytes(Subscription.objects.get().address)
    assert "Token" not in json.dumps([[row.before, row.after] for row in AuditRow.objects.all()])
    assert subscriptions.subscription(SYSTEM, key).address == "Slack"


def test_without_its_key_an_address_is_asked_for_again(folder: DataFolder, scanner: Scanner) -> None:
    subscribe(folder, scanner.site_id)
    raise_flag(exam_at(scanner))
    (folder.root / "keys" / "notifications").unlink()
    assert tell_all(ways(folder)) == 1
    assert outbox_list.sendings(SYSTEM)[0].said == LOST


class Hook(BaseHTTPRequestHandler):
    """Takes what is posted to `/hook`, and leads elsewhere else."""

    taken: list[bytes] = []

    def do_POST(self) -> None:
        Hook.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200 if self.path == "/hook" else 307)
        self.send_header("Location", "/hook")
        self.end_headers()

    def log_message(self, *given: object) -> None:
        """Say nothing."""


def test_a_webhook_is_told_and_a_redirection_is_not_followed(folder: DataFolder, scanner: Scanner) -> None:
    server = HTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=server.serve_forever, daemon=True).start()
    there = f"json://keane:pa55word@127.0.0.1:{server.server_port}"
    Hook.taken.clear()
    key = subscribe(folder, scanner.site_id, address=checked(f"{there}/hook", ["127.0.0.1"]))
    moved = subscribe(folder, scanner.site_id, name="Moved", address=checked(f"{there}/old", ["127.0.0.1"]))
    sending = ways(folder, hosts=("127.0.0.1",))
    assert send_trial(SYSTEM, key, sending, COMMAND) is None
    said = send_trial(SYSTEM, moved, sending, COMMAND)
    server.shutdown()
    server.server_close()
    assert (len(Hook.taken), bool(said)) == (2, True)
    assert "pa55word" not in str(said)
    assert "test" in json.loads(Hook.taken[0])["title"]


def test_a_host_that_the_settings_name_no_longer_is_not_called(folder: DataFolder, scanner: Scanner) -> None:
    key = subscribe(folder, scanner.site_id, address=checked("json://10.0.0.1/", ["10.0.0.1"]))
    assert "notify_hosts" in str(send_trial(SYSTEM, key, ways(folder), COMMAND))
    assert AuditRow.objects.filter(action="notification tested").count() == 1
