"""Programs that ask by the client of the protocol's library: over standard input and output, or over HTTP with a token."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

Told = Callable[[Client], Awaitable[Any]]


def talk(data: Path, told: Told, account: str) -> Any:
    """What a client makes of `doseloop mcp` for an account."""

    async def session() -> Any:
        command = ["-m", "doseloop.cli", "mcp", "--account", account, "--data", str(data)]
        async with Client(StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))) as client:
            return await told(client)

    return asyncio.run(session())


@asynccontextmanager
async def program(address: str, token: str, mode: str = "auto", **headers: str) -> AsyncIterator[Client]:
    """A client over HTTP that sends the token with every request."""
    sent = {"Authorization": f"Bearer {token}", **headers}
    async with (
        httpx2.AsyncClient(headers=sent, timeout=60) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


def talk_by_http(address: str, token: str, told: Told, mode: str = "auto") -> Any:
    """What a client makes of the served tools."""

    async def session() -> Any:
        async with program(address, token, mode) as client:
            return await told(client)

    return asyncio.run(session())


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool gives."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return result.structured_content


def tool_call(tool: str, **arguments: Any) -> dict[str, Any]:
    """The message by which a tool is called, for a request that no client makes."""
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def headers(token: str) -> dict[str, str]:
    """Headers of such a request."""
    return {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
