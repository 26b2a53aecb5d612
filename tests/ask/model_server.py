"""A server on this machine that answers as a language model's does, well or badly, and keeps what it was sent."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class FakeModel:
    """What the server says next, and what it received."""

    says: Answer
    received: list[bytes] = field(default_factory=list)
    """Requests, with their heads."""
    address: str = ""

    @property
    def asked(self) -> dict[str, Any]:
        """The body of the last request."""
        found: dict[str, Any] = json.loads(self.received[-1].partition(b"\n\n")[2])
        return found


@contextmanager
def fake_model(says: Answer, port: int = 0) -> Iterator[FakeModel]:
    """The server, until the block ends."""
    model = FakeModel(says)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            model.received.append(f"{self.path}\n{self.headers}".strip().encode() + b"\n\n" + body)
            with suppress(BrokenPipeError, ConnectionResetError):
                model.says(self)

        def do_GET(self) -> None:
            model.received.append(f"GET {self.path}".encode())
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    model.address = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()


def completion(content: str) -> bytes:
    """The body of a chat completion."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def plan_said(**parts: Any) -> Answer:
    """A model that answers with this plan."""
    return content_said(json.dumps(parts, ensure_ascii=False))


def content_said(content: str) -> Answer:
    """A model that writes this."""
    return body_said(completion(content))


def body_said(body: bytes, status: int = 200, **headers: str) -> Answer:
    """A server that answers with these bytes."""

    def say(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        to.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(body)

    return say


def after(seconds: float, says: Answer) -> Answer:
    """One that waits first."""

    def say(to: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        says(to)

    return say


def dripping(to: BaseHTTPRequestHandler) -> None:
    """A byte of the body each tenth of a second, without end."""
    to.send_response(200)
    to.end_headers()
    while True:
        to.wfile.write(b" ")
        to.wfile.flush()
        time.sleep(0.1)


def dripping_head(to: BaseHTTPRequestHandler) -> None:
    """A byte of the head each tenth of a second, without end."""
    to.wfile.write(b"HTTP/1.1 200 OK\r\nx-a: ")
    while True:
        to.wfile.write(b"a")
        to.wfile.flush()
        time.sleep(0.1)


def huge(to: BaseHTTPRequestHandler) -> None:
    """A body without end, as fast as it goes."""
    to.send_response(200)
    to.end_headers()
    while True:
        to.wfile.write(b"[" * 65_536)
