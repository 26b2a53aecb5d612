"""The tools as an MCP server (Model Context Protocol, 2026-07-28): stateless, no sampling, every tool read-only."""

from collections.abc import Callable
from typing import Any, Final

from mcp.server import MCPServer
from mcp.types import ToolAnnotations

from doseloop.web.mcp.tools import Tools

INSTRUCTIONS: Final = (
    "Radiation dose figures of a hospital, as aggregates. Numbers come from the record alone: show them with n, the dates and what "
    "was left out. A plan is JSON of the schema that list_metrics and list_dimensions name; `ask` makes one of plain words."
)
_READ_ONLY: Final = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def mcp_server(tools: Tools, version: str) -> MCPServer[Any]:
    """The server for one account's tools."""
    server: MCPServer[Any] = MCPServer("doseloop", title="Doseloop", instructions=INSTRUCTIONS, version=version)
    for tool in _tools(tools):
        server.tool(annotations=_READ_ONLY, structured_output=True)(tool)
    return server


def _tools(tools: Tools) -> tuple[Callable[..., Any], ...]:
    return (
        tools.list_metrics,
        tools.list_dimensions,
        tools.get_dimension_values,
        tools.validate_plan,
        tools.query_doses,
        tools.ask,
    )
