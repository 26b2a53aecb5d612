"""One request over HTTP answered by a server that lives no longer than it."""

from collections.abc import Sequence
from typing import Any

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import Receive, Scope, Send

_ANY_PORT = ":*"


async def answer_one(
    server: MCPServer[Any], names: Sequence[str], most_bytes: int, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer the request: nothing is kept for the next, and no stream stays open.

    `names` are the hosts that the request may be for, and from whose pages it may come: a page of another name that leads
    here (DNS rebinding) is refused with 421, a page of another site with 403.
    """
    app = server.streamable_http_app(
        streamable_http_path=scope["path"],
        json_response=True,
        stateless_http=True,
        max_request_body_size=most_bytes,
        transport_security=_security(names),
    )
    async with server.session_manager.run():
        await app(scope, receive, send)


def _security(names: Sequence[str]) -> TransportSecuritySettings:
    hosts = [f"{name}{port}" for name in names for port in ("", _ANY_PORT)]
    origins = [f"{scheme}://{host}" for host in hosts for scheme in ("http", "https")]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
