"""The MCP server over HTTP: who sends a token for reading is answered with the rights of its account.

Every request stands alone: it has a server of its own, made for its account, which ends with its answer. The code of the
protocol is loaded when the first program was admitted, since most installations have none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from django.db import close_old_connections
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from doseloop.facts.engine import Facts
from doseloop.model.errors import Busy, NotAdmitted, RequestRefused, RequestTooLarge
from doseloop.store.audit import Actor
from doseloop.store.peers import note_refusals
from doseloop.store.tokens import Reader, reader_of

if TYPE_CHECKING:
    from mcp.server import MCPServer

PATH: Final = "/mcp"


@dataclass(frozen=True, slots=True)
class McpLimits:
    """What one request may ask for, and how many there may be."""

    body_bytes: int
    requests: int
    """Requests that are answered at the same time; as many may wait."""


@dataclass(frozen=True, slots=True)
class McpOverHttp:
    """The service as an ASGI application: stateless, POST alone, answers in JSON."""

    facts: Callable[[], Facts]
    limits: McpLimits
    names: Sequence[str]
    """Host names by which it is reached: a request for another, or from a page of another, is refused."""
    refused: Callable[[RequestRefused], ASGIApp]
    """Gives the answer to a request that is turned away."""
    _slots: CapacityLimiter = field(init=False)

    def __post_init__(self) -> None:
        """Make room for as many requests as may be answered at the same time."""
        object.__setattr__(self, "_slots", CapacityLimiter(self.limits.requests))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        if request.method != "POST":
            await Response(status_code=405, headers={"Allow": "POST"})(scope, receive, send)
        elif self._slots.statistics().tasks_waiting >= self.limits.requests:
            busy = Busy(f"{self.limits.requests} requests are being answered already, and as many wait.")
            await self.refused(busy)(scope, receive, send)
        else:
            async with self._slots:
                await (await self._answer_to(request))(scope, receive, send)

    async def _answer_to(self, request: Request) -> ASGIApp:
        try:
            self._check_length(request)
            server = await run_sync(self._server_for, _token_in(request), _host(request))
        except RequestRefused as error:
            return self.refused(error)
        from doseloop.web.mcp.answering import answer_one

        return partial(answer_one, server, self.names, self.limits.body_bytes)

    def _check_length(self, request: Request) -> None:
        declared, most = request.headers.get("Content-Length", ""), self.limits.body_bytes
        if declared.isdecimal() and int(declared) > most:
            raise RequestTooLarge(f"The body is longer than {most} bytes.")

    def _server_for(self, token: str, host: str) -> "MCPServer[Any]":
        """The server of the account that reads by the token. Errors: `NotAdmitted`, which is noted."""
        try:
            reader = reader_of(token)
        except NotAdmitted as error:
            note_refusals({("MCP", host, str(error).rstrip(".")): 1})
            raise
        finally:
            close_old_connections()
        from doseloop.web.mcp.server import mcp_server
        from doseloop.web.mcp.tools import Tools

        return mcp_server(Tools(_actor(reader, host), self.facts()), version("doseloop"))


def _token_in(request: Request) -> str:
    """The token of a request. Errors: `NotAdmitted` where it has none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise NotAdmitted("The request has no token.")
    return token.strip()


def _actor(reader: Reader, host: str) -> Actor:
    return Actor(reader.account, reader.account_name, f"mcp {host}, token {reader.token}")


def _host(request: Request) -> str:
    return request.client.host if request.client else ""
