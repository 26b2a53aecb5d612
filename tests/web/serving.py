"""A real server over a department, in a process of its own."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.record import record_url
from tests.roles.installation import free_port

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Served:
    """Where the server is, and the keys of what it holds."""

    address: str
    keys: dict[str, int]


@contextmanager
def served_in(data: Path, module: str = "tests.web.server") -> Iterator[Served]:
    """A server over the data folder, until the block ends."""
    port = free_port()
    paths = os.pathsep.join((str(REPOSITORY / "src"), str(REPOSITORY)))
    environment = {**os.environ, "DOSELOOP_DATA": str(data), "DOSELOOP_RECORD": record_url(data), "PYTHONPATH": paths}
    command = [sys.executable, "-m", module, str(port)]
    with (data.parent / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True, cwd=REPOSITORY
        )
        assert server.stdout
        try:
            keys = json.loads(server.stdout.readline())
            _wait_for(port)
            yield Served(f"http://localhost:{port}", keys)
        finally:
            server.terminate()
            server.wait(10)
            server.stdout.close()


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")
