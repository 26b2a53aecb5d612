"""`serve`: every role over one data folder as child processes, started again when they die, ended when it ends.

A lock on the data folder is held by `serve` and inherited by its children. A new `serve` waits until the last child of one
that was killed has ended, so that nothing is swept away under a receiver that still writes.
"""

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import connections

from doseloop.model.errors import SetupError
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.receiver import inbox_of
from doseloop.roles.record import bring_up_to_date

ROLES = ("web", "receiver", "worker")
_WAIT_FOR_LOCK_S = 20.0
_log = structlog.get_logger()


@contextmanager
def alone(folder: DataFolder) -> Iterator[int]:
    """Hold the data folder's lock alone. Errors: `SetupError` where another installation keeps it.

    Yields the descriptor, which children inherit.
    """
    descriptor = os.open(folder.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    give_up = time.monotonic() + _WAIT_FOR_LOCK_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > give_up:
                os.close(descriptor)
                raise SetupError(f"Another Doseloop runs over {folder.root}; end it first.") from None
            time.sleep(0.1)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def prepare() -> None:
    """Bring the record up to date and remove what a crash left. Nobody else may run over the folder."""
    bring_up_to_date()
    swept = inbox_of(settings.DOSELOOP, settings.FOLDER).sweep()
    _log.info("record ready", swept=swept)
    connections.close_all()


@dataclass(slots=True)
class Child:
    """One role as a process."""

    role: str
    lock: int
    process: subprocess.Popen[bytes] = field(init=False)
    started: float = field(init=False)

    def start(self) -> None:
        """Start the process."""
        command = [sys.executable, "-m", "doseloop.roles", self.role, str(os.getpid())]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[self.lock])
        self.started = time.monotonic()

    def restart_if_dead(self) -> None:
        """Start it again, at most once a second, so that a role that cannot run does not spin."""
        if self.process.poll() is not None and time.monotonic() - self.started > 1.0:
            _log.error("role ended, starting it again", ended=self.role, status=self.process.returncode)
            self.start()


def run(stop: threading.Event, roles: tuple[str, ...] = ROLES) -> None:
    """Run the roles until `stop` is set."""
    with alone(settings.FOLDER) as lock:
        prepare()
        children = [Child(role, lock) for role in roles]
        for child in children:
            child.start()
        while not stop.wait(0.2):
            for child in children:
                child.restart_if_dead()
        _end(children)


def _end(children: list[Child]) -> None:
    for child in children:
        child.process.terminate()
    for child in children:
        try:
            child.process.wait(10)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
