"""HTTP connections under limits that uvicorn has not: a request's head is whole within a time, and connections are counted.

uvicorn waits for ever for a head that never ends, and reads no client certificate; both belong to its protocol class, which
it takes as a setting.
"""

import asyncio
from typing import Any, cast

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from doseloop.receive.tls import subject_name

CLIENT_NAME = "doseloop.client_name"
"""Key of an ASGI scope: the common name of the verified client certificate, absent where there is none."""


class LimitedConnection(H11Protocol):
    """One connection. `limited` makes the class with its limits."""

    head_s: float
    most: int
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or close it where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
            return
        encrypted = transport.get_extra_info("ssl_object")
        name = subject_name(encrypted.getpeercert()) if encrypted else None
        if name:
            self.app = cast(Any, _named(cast(ASGIApp, self.app), name))
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go."""
        super().connection_lost(exc)
        self._unwatch()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._unwatch()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.head_s, self.transport.abort)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def limited(head_s: float, most: int) -> type[LimitedConnection]:
    """The class of connections whose heads must be whole within `head_s` seconds, `most` of them at a time."""
    return type("LimitedConnection", (LimitedConnection,), {"head_s": head_s, "most": most})


def _named(app: ASGIApp, name: str) -> ASGIApp:
    async def with_name(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, CLIENT_NAME: name}, receive, send)

    return with_name
