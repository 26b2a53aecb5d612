"""A worker that is killed while it sends sends again at its next start: at least once, and the record says how often it began."""

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import Notification, Subscription
from tests.facts.made import make_scanner, make_site
from tests.loop.notified import exam_at, raise_flag, subscribe
from tests.roles.installation import until
from tests.roles.mail_server import Kept, MailServer, mail_server

RUNNER = """
import django
django.setup()
import threading
from django.conf import settings
from doseloop.roles.notification_runner import NotificationRunner, ways_of
NotificationRunner("worker-1", ways_of(settings.DOSELOOP, settings.FOLDER), threading.Event()).run()
"""


class Killing(Kept):
    """Kills who sends: before it has sent anything, then when the next mail has come and the answer is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.places, self.victim = ["greeting", "data"], 0

    def kill(self, place: str) -> None:
        """Kill whom there is to kill, at the place that is next."""
        if self.victim and self.places[:1] == [place]:
            os.kill(self.victim, signal.SIGKILL)
            self.places, self.victim = self.places[1:], 0

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, answers: list[str]) -> list[str]:  # noqa: N802
        """The greeting: nothing was sent yet."""
        session.host_name = name
        self.kill("greeting")
        return answers

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """The mail is there, and kept."""
        answer = await super().handle_DATA(server, session, envelope)
        self.kill("data")
        return answer


def runner(folder: DataFolder, server: MailServer) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "DOSELOOP_DATA": str(folder.root), "DOSELOOP_NOTIFY_MAIL": server.url}
    return subprocess.Popen([sys.executable, "-c", RUNNER], env=environment)


@pytest.mark.once  # the claims themselves are held on both databases in `tests/loop/test_notifying.py`
def test_a_worker_that_is_killed_while_it_sends_sends_at_least_once_and_the_record_says_so(folder: DataFolder) -> None:
    scanner, kept = make_scanner(make_site()), Killing()
    subscribe(folder, scanner.site_id)
    raise_flag(exam_at(scanner))
    with mail_server(kept=kept) as server:
        running = runner(folder, server)
        for arrived in (1, 3):
            kept.victim = running.pid
            assert running.wait(120) == -signal.SIGKILL
            row = Notification.objects.get(state="waiting")
            assert (row.claimed_by, row.attempts) == ("worker-1", 1)
            running = runner(folder, server)
            until(lambda: not Notification.objects.filter(state="waiting").exists(), 120, "sent by the next worker")
            assert (Notification.objects.get(pk=row.pk).attempts, len(kept.mails)) == (2, arrived)
            Subscription.objects.update(sent_at=None)
            if arrived == 1:
                kept.victim = running.pid
                raise_flag(exam_at(scanner))
        running.kill()
        running.wait()
