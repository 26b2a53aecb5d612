"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a socket in it, that ends with who started it.

python -m tests.postgresql        says whether there is one, and what to do where there is none
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

SERVER_USER = "postgres"
MISSING = "The tests on PostgreSQL are skipped: apt install postgresql (14 or later)."
_INIT = ("--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=doseloop")
_BY_LANGUAGE = ("--locale-provider=icu", "--icu-locale=en-GB")
"""Texts without a collation of their own are ordered as a dictionary would: a column that lacks it shows."""
_SETTINGS = ("-c", "max_connections=200", "-c", "listen_addresses=")
_FAST = ("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=128MB")
_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 2 * 1024**3
"""A database of the tests is some 1,000 files, made and removed for each test: thrice as fast in memory."""
_numbers = count(1)


def programs() -> Path | None:
    """The folder of the newest server's programs, None where none is installed."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).parent] if on_path else []
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found += sorted(
        (path.parent for path in debian), key=lambda folder: int(re.sub(r"\D", "", folder.parent.name) or 0)
    )
    return found[-1] if found else None


class Cluster:
    """One server with its databases; may be stopped and started again."""

    def __init__(self, folder: Path, programs: Path, *, durable: bool) -> None:
        self.folder, self.programs = folder, programs
        fast = (word for setting in _FAST for word in ("-c", setting))
        self.settings = _SETTINGS if durable else (*_SETTINGS, *fast)
        self.server: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Write the cluster's files."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, SERVER_USER)
        command = [self.programs / "initdb", "-D", self.folder / "data", *_INIT]
        if not self._run([*command, *_BY_LANGUAGE]):
            assert self._run(command), "initdb failed"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *self.settings]
        ends_with_us = ("setpriv", "--pdeathsig", "INT")
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen([*ends_with_us, *self._as_server(), *command], stdout=log, stderr=log)
        for _ in range(600):
            try:
                self.command("SELECT 1")
            except psycopg.OperationalError:
                assert self.server.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.05)
            else:
                return
        raise AssertionError("PostgreSQL did not start within 30 s")

    def stop(self) -> None:
        """End it at once, and every connection with it, as a power cut would."""
        assert self.server
        self.server.send_signal(3)  # SIGQUIT: immediate shutdown
        self.server.wait(30)

    def url(self, database: str) -> str:
        """Its address for the setting `record`."""
        return f"postgresql://doseloop@/{database}?host={self.folder}"

    def command(self, query: str, *names: str) -> None:
        """Run a command of the server outside any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(query).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def make_database(self, template: str = "template0") -> str:
        """The name of a database made as a copy of another, which nobody may use meanwhile."""
        name = f"record_{os.getpid()}_{next(_numbers)}"
        self.command("CREATE DATABASE {} TEMPLATE {}" + self._strategy(), name, template)
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        self.command("DROP DATABASE {} WITH (FORCE)", database)

    @cache  # noqa: B019  a cluster lives as long as its process
    def _strategy(self) -> str:
        """Files are copied rather than logged: before version 15 always, since then where it is said."""
        with psycopg.connect(self.url("postgres")) as connection:
            return " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""

    def _as_server(self) -> tuple[str, ...]:
        if os.geteuid() != 0:
            return ()
        return (f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--clear-groups")

    def _run(self, command: list[str | Path]) -> bool:
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        done = subprocess.run(["setpriv", *self._as_server(), *command], capture_output=True, check=False)
        return done.returncode == 0


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A server of one's own; `durable`: as a hospital's, which outlives a power cut.

    Errors: `AssertionError` where PostgreSQL is not installed.
    """
    found = programs()
    assert found, MISSING
    folder = Path(tempfile.mkdtemp(prefix="doseloop-pg-", dir=None if durable else _in_memory()))
    made = Cluster(folder, found, durable=durable)
    made.make()
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> Path | None:
    """Where there is room for a cluster in memory."""
    roomy = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES
    return _MEMORY if roomy else None


if __name__ == "__main__":
    if not (programs() and shutil.which("setpriv")):
        sys.exit(MISSING)
