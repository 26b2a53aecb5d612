"""`serve`: every role over one data folder as child processes, started again when they die, ended when it ends."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.db import connections

from doseloop.roles.lock import held
from doseloop.roles.ports import check_free
from doseloop.roles.receiver import inbox_of
from doseloop.roles.record import bring_up_to_date

ROLES = ("web", "receiver", "worker")
_log = structlog.get_logger()


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
    """Run the roles until `stop` is set. Errors: `SetupError` where the folder or a port is taken."""
    together = roles == ROLES
    with held(settings.FOLDER, alone=together) as lock:
        _check_ports(roles)
        if lock.first:
            prepare()
        if not together:
            lock.share()
        copies = {"worker": settings.DOSELOOP.workers}
        children = [Child(role, lock.descriptor) for role in roles for _ in range(copies.get(role, 1))]
        for child in children:
            child.start()
        while not stop.wait(0.2):
            for child in children:
                child.restart_if_dead()
        _end(children)


def _check_ports(roles: tuple[str, ...]) -> None:
    options = settings.DOSELOOP
    if "web" in roles:
        check_free(options.web_host, options.web_port, "web_port")
    if "receiver" in roles:
        check_free(options.dicom_host, options.dicom_port, "dicom_port")


def _end(children: list[Child]) -> None:
    for child in children:
        child.process.terminate()
    for child in children:
        try:
            child.process.wait(10)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
