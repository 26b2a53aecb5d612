"""Notifications sent, in a thread of the worker beside its objects and its tasks: neither waits for a mail server."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from django.db import DatabaseError, connections

from doseloop.loop.notifying import Ways, tell_next
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings
from doseloop.store import outbox
from doseloop.store.outage import is_outage

_IDLE_S: Final = 2.0
_FORGET_EVERY: Final = 43_200
"""Steps between two looks for rows that are old: a day, where nothing is sent."""
_log = structlog.get_logger()


def ways_of(options: Settings, folder: DataFolder) -> Ways:
    """How an installation sends."""
    server, ring = options.notify_mail.get_secret_value(), folder.ring("notifications")
    return Ways(server, tuple(options.notify_hosts), options.web_address, ring)


@dataclass(frozen=True, slots=True)
class NotificationRunner:
    """Sends what is due, in the name of a worker."""

    name: str
    ways: Ways
    stop: threading.Event

    def start(self) -> threading.Thread:
        """Begin, in a thread that ends with the process."""
        thread = threading.Thread(target=self.run, name="notifications", daemon=True)
        thread.start()
        return thread

    def run(self) -> None:
        """Until `stop` is set. What a worker of the name left is sent first; an outage of the record is waited out."""
        returned, steps = False, 0
        while not self.stop.wait(_IDLE_S):
            try:
                if not returned:
                    outbox.give_back(self.name)
                    returned = True
                if steps % _FORGET_EVERY == 0:
                    outbox.forget_old(datetime.now(UTC))
                steps += 1
                self._send_all()
            except (DatabaseError, OSError) as error:
                _log.exception("notifications could not be sent", outage=is_outage(error))
                connections.close_all()
        connections.close_all()

    def _send_all(self) -> None:
        while not self.stop.is_set() and tell_next(self.name, self.ways, datetime.now(UTC)):
            pass
