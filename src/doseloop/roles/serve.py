"""`serve`: every role over one data folder as child processes, started again when they die, ended when it ends."""

import multiprocessing
import os
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.context import ForkProcess

import structlog
from django.conf import settings
from django.db import connections

from doseloop.roles.audit import chain_of, note_start, note_stop
from doseloop.roles.ballast import Ballast
from doseloop.roles.inbox import inbox_of
from doseloop.roles.lock import held
from doseloop.roles.record import bring_up_to_date
from doseloop.roles.role import run_role
from doseloop.roles.ways_in import check_ways_in, watches_folders
from doseloop.store.durable import sweep
from doseloop.store.failpoint import failpoint
from doseloop.store.vault import Vault

ROLES = ("web", "receiver", "stow", "folders", "worker")
_FORK = multiprocessing.get_context("fork")
_log = structlog.get_logger()


def prepare() -> None:
    """Bring the record up to date and remove what a crash left. Nobody else may run over the folder."""
    bring_up_to_date()
    failpoint("serve: record ready, before the sweep")
    folder = settings.FOLDER
    swept = inbox_of(settings.DOSELOOP, folder).sweep() + Vault(folder.objects, folder.ring("objects")).sweep()
    swept += sweep(folder.root)
    failpoint("serve: swept, before the roles")
    _log.info("record ready", swept=swept)
    connections.close_all()


@dataclass(slots=True)
class Child:
    """One role as a process.

    It is forked from this one, which has imported what all roles need, holds no thread and no connection, and so has it
    running again in a fraction of the time that a new interpreter takes. It inherits the lock on the data folder.
    """

    role: str
    process: ForkProcess = field(init=False)
    started: float = field(init=False)

    def start(self) -> None:
        """Start the process."""
        self.process = _FORK.Process(target=run_role, args=(self.role, os.getpid()), name=self.role)
        self.process.start()
        self.started = time.monotonic()

    def restart_if_dead(self) -> None:
        """Start it again, at most once a second, so that a role that cannot run does not spin."""
        if not self.process.is_alive() and time.monotonic() - self.started > 1.0:
            _log.error("role ended, starting it again", ended=self.role, status=self.process.exitcode)
            self.process.close()
            self.start()

    def end(self) -> None:
        """Wait until it has ended; end it by force where it does not."""
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def run(stop: threading.Event, roles: tuple[str, ...] = ROLES) -> None:
    """Run the roles until `stop` is set.

    Errors: `SetupError` where the folder or a port is taken, or a certificate cannot be used.
    """
    together = roles == ROLES
    with held(settings.FOLDER, alone=together) as lock:
        check_ways_in(settings.DOSELOOP, roles)
        if lock.first:
            prepare()
        if not together:
            lock.share()
        note_start(settings.DOSELOOP, roles)
        connections.close_all()
        watching = watches_folders(settings.DOSELOOP, settings.FOLDER)
        wanted = [role for role in roles if role != "folders" or watching]
        copies = {"worker": settings.DOSELOOP.workers}
        children = [Child(role) for role in wanted for _ in range(copies.get(role, 1))]
        for child in children:
            child.start()
        ballast = Ballast(settings.FOLDER.root / "ballast", settings.DOSELOOP.ballast_bytes)
        while not stop.wait(0.2):
            ballast.tend(settings.DOSELOOP.floor_bytes)
            for child in children:
                child.restart_if_dead()
        _end(children)
        note_stop(chain_of(settings.FOLDER), roles)
        connections.close_all()


def _end(children: list[Child]) -> None:
    for child in children:
        child.process.terminate()
    for child in children:
        child.end()
