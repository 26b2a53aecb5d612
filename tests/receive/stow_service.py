"""A STOW-RS service in this process, on a port of its own, and curl as its peer."""

import shutil
import socket
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from django.db import close_old_connections

from doseloop.receive.http_connection import limited
from doseloop.receive.stow import PATH, Stow, StowLimits
from doseloop.receive.tls import Certificates
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.http_server import serve_http
from doseloop.roles.stow import HTTP
from doseloop.store.inbox import Inbox
from tests.roles.installation import free_port, until

CURL = shutil.which("curl")
needs_curl = pytest.mark.skipif(CURL is None, reason="curl is not installed: apt install curl")
TOKEN, PEER = "a-token-of-the-tests", "CT1"
BOUNDARY = "b0undary"
MULTIPART = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
LIMITS = StowLimits(10**7, 100, 4, idle_s=20, min_bytes_per_s=1, window_s=30)


@dataclass(frozen=True, slots=True)
class Answered:
    """A response as curl saw it."""

    status: int
    head: str
    body: str


class StowService:
    """The service, with what it noted."""

    def __init__(
        self,
        folder: DataFolder,
        certificates: Certificates | None = None,
        floor_bytes: int = 0,
        max_object_bytes: int = 10**6,
        head_s: float = 10,
        connections: int = 100,
        **limits: Any,
    ) -> None:
        self.port, self.refusals, self.scheme = free_port(), list[tuple[str, str, str]](), "http"
        self.inbox = Inbox(folder.spool, max_object_bytes, floor_bytes)
        note = lambda *what: self.refusals.append(what)  # noqa: E731
        tokens = {TOKEN: PEER}
        self.service = Stow(self.inbox, replace(LIMITS, **limits), tokens.get, note, close_old_connections)
        self.certificates, self.stop = certificates, threading.Event()
        if certificates:
            self.scheme = "https"
        self.http = limited(head_s, connections)
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        serve_http(
            self.service.app(),
            "127.0.0.1",
            self.port,
            self.certificates,
            self.stop,
            http=self.http,
            **HTTP,
        )

    def __enter__(self) -> Self:
        self.thread.start()
        until(self.listens, 20, "the service listens")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.set()
        self.thread.join(20)

    def listens(self) -> bool:
        """Whether the port is open."""
        with suppress(OSError), self.socket():
            return True
        return False

    def socket(self) -> socket.socket:
        """A connection of one's own."""
        return socket.create_connection(("127.0.0.1", self.port), 20)

    @property
    def url(self) -> str:
        """Where objects are sent to."""
        return f"{self.scheme}://localhost:{self.port}{PATH}"

    def curl(
        self,
        body: Path | bytes | None = None,
        *options: str,
        kind: str = MULTIPART,
        token: str | None = TOKEN,
        url: str | None = None,
    ) -> Answered:
        """Send a body by curl."""
        sent = ["--data-binary", "@-" if isinstance(body, bytes) else f"@{body}"] if body is not None else []
        admitted = ["-H", f"Authorization: Bearer {token}"] if token else []
        command = [
            CURL or "",
            "-sS",
            "-i",
            "--max-time",
            "60",
            "-H",
            f"Content-Type: {kind}",
            *admitted,
            *sent,
            *options,
        ]
        found = subprocess.run(
            [*command, url or self.url],
            input=body if isinstance(body, bytes) else b"",
            capture_output=True,
            check=False,
        )
        assert found.stdout, found.stderr.decode()
        head, _, content = found.stdout.decode().rpartition("\r\n\r\n")
        return Answered(int(head.split("HTTP/1.1 ")[-1].split()[0]), head, content)

    @property
    def spooled(self) -> int:
        """Objects that lie in the spool."""
        return sum(len(path.name) == 64 for path in self.inbox.spool.iterdir())

    @property
    def drafts(self) -> int:
        """Objects of which a part lies in the spool."""
        return sum(path.name.startswith("draft-") for path in self.inbox.spool.iterdir())


def multipart(*contents: bytes, kind: str = "application/dicom") -> bytes:
    """A body of these parts."""
    head = f"--{BOUNDARY}\r\nContent-Type: {kind}\r\n\r\n".encode()
    return b"".join(head + content + b"\r\n" for content in contents) + f"--{BOUNDARY}--\r\n".encode()


def head(length: int | None = None, *more: str) -> bytes:
    """The head of a request by hand."""
    framing = f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked"
    lines = [f"POST {PATH} HTTP/1.1", "Host: localhost", f"Content-Type: {MULTIPART}"]
    return "\r\n".join([*lines, f"Authorization: Bearer {TOKEN}", framing, *more, "", ""]).encode()


def answer_of(connection: socket.socket) -> bytes:
    """Everything that comes until the other side closes."""
    content = b""
    with suppress(ConnectionError):
        while chunk := connection.recv(65536):
            content += chunk
    return content
