"""The tools as an MCP server (Model Context Protocol): stateless, no sampling, every tool read-only.

The record is read in threads of its own, so that the loop that speaks to the client never waits for it.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Final

from anyio.to_thread import run_sync
from django.db import close_old_connections
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from doseloop.model.errors import DoseloopError
from doseloop.web.mcp.tools import Tools

INSTRUCTIONS: Final = (
    "Radiation dose figures of a hospital, as aggregates. Numbers come from the record alone: show them with n, the dates and what "
    "was left out. A plan is JSON of the schema that list_metrics and list_dimensions name; `ask` makes one of plain words."
)
_READ_ONLY: Final = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def mcp_server(tools: Tools, version: str) -> MCPServer[Any]:
    """The server for one account's tools."""
    server: MCPServer[Any] = MCPServer("doseloop", title="Doseloop", instructions=INSTRUCTIONS, version=version)
    for tool in (
        tools.list_metrics,
        tools.list_dimensions,
        tools.get_dimension_values,
        tools.validate_plan,
        tools.query_doses,
        tools.ask,
    ):
        server.tool(annotations=_READ_ONLY, structured_output=True)(_in_thread(tool))
    return server


def _in_thread(tool: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(tool)
    async def called(**arguments: Any) -> Any:
        return await run_sync(_called, partial(tool, **arguments))

    return called


def _called(tool: Callable[[], Any]) -> Any:
    """What the tool gives; the thread's connection to the record is closed after it, as after each request of a page.

    Errors: `ToolError` in the words of one of ours; of any other the client is told nothing.
    """
    try:
        return tool()
    except DoseloopError as error:
        raise ToolError(f"{error} {error.hint} [{error.code}]") from error
    finally:
        close_old_connections()
