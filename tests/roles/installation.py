"""A real installation for tests: `doseloop serve` over a folder, on ports that are free."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError

import psutil

from doseloop.store.address import address_of
from tests.record import record_url, rows

SRC = Path(__file__).parents[2] / "src"
AE = "DOSELOOP"


def free_port() -> int:
    """A port that nobody listens on now, below those from which the system takes the near ends of connections.

    A peer that tries again and again while nobody listens would in the end connect to itself and hold the port.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free between 20,000 and 32,000")


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until the condition holds; fail with `what` where it does not within the time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.05)


class Installation:
    """`doseloop serve` with its data folder; may be killed and started again."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.web_port, self.dicom_port, self.stow_port = free_port(), free_port(), free_port()
        self.settings = {f"DOSELOOP_{name.upper()}": value for name, value in settings.items()}
        self.more: dict[str, str] = {}
        """Further variables of its processes."""
        self.server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """Of every process of this installation."""
        numbers = {"WEB": self.web_port, "DICOM": self.dicom_port, "STOW": self.stow_port}
        ports = {f"DOSELOOP_{name}_PORT": str(number) for name, number in numbers.items()}
        own = {"PYTHONPATH": str(SRC), "DOSELOOP_DATA": str(self.data), "DOSELOOP_FLOOR_BYTES": "0"}
        if "DOSELOOP_RECORD" not in self.settings:
            own["DOSELOOP_RECORD"] = record_url(self.data)
        left_out = (
            "DOSELOOP_",
            "PYTHONDONTWRITEBYTECODE",
        )  # an installation has its modules compiled, as pip leaves them
        kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        return {**kept, **own, **ports, **self.settings, **self.more}

    @property
    def log(self) -> Path:
        """What the server and its roles told."""
        return self.data.parent / "serve.log"

    def start(self) -> None:
        """Start the server and wait until it receives and shows pages."""
        self.launch()
        assert self.server is not None
        until(self.ready_or_ended, 180, f"ready; log: {self.log}")
        assert self.server.poll() is None, f"the server ended; its log:\n{self.log.read_text()[-2000:]}"

    def launch(self) -> None:
        """Start the server without waiting."""
        command = [sys.executable, "-m", "doseloop.cli", "serve"]
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)

    def stop(self) -> None:
        """End the server in order."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(30)

    def ready_or_ended(self) -> bool:
        """Whether waiting longer is of no use."""
        return self.ready() or (self.server is not None and self.server.poll() is not None)

    def ready(self) -> bool:
        """Whether pages are served and the receivers listen."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/health", timeout=1):
                pass
            for port in (self.dicom_port, self.stow_port):
                socket.create_connection(("127.0.0.1", port), 1).close()
        except (URLError, OSError):
            return False
        return True

    def role(self, name: str) -> psutil.Process | None:
        """The process of a role, None while there is none."""
        found = self.all_of(name)
        return found[0] if found else None

    def all_of(self, name: str) -> list[psutil.Process]:
        """The processes of a role: there may be several workers."""
        assert self.server is not None
        try:
            children = psutil.Process(self.server.pid).children()
            return [child for child in children if name == child.name()]
        except psutil.NoSuchProcess:
            return []

    def reader(self) -> psutil.Process | None:
        """A reader process of the worker, None while there is none."""
        try:
            worker = self.role("worker")
            below = worker.children(recursive=True) if worker else []
        except psutil.NoSuchProcess:
            return None
        return below[-1] if below else None

    def kill(self, name: str) -> None:
        """SIGKILL for a role, for a reader, or for `serve` itself."""
        found = self.reader() if name == "reader" else self.role(name)
        victim = self.server.pid if name == "serve" and self.server else getattr(found, "pid", None)
        if victim is not None:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        if name == "serve" and self.server:
            self.server.wait(10)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Doseloop over this installation."""
        command = [sys.executable, "-m", "doseloop.cli", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of the record, read by a connection of its own."""
        return rows(address_of(self.environment["DOSELOOP_RECORD"], self.data), sql)

    def idle(self) -> bool:
        """Whether nothing waits."""
        return self.ask("SELECT count(*) FROM store_doseobjectrow WHERE state = 'waiting'") == [(0,)]
