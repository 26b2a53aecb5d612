"""`doseloop mcp`: dose figures for a program that speaks the Model Context Protocol, over standard input and output."""

from typing import Annotated

import typer

from doseloop.cli.options import DataOption
from doseloop.roles.record import open_record


def mcp(
    account: Annotated[str, typer.Option("--account", help="Whose rights the program has.")],
    data: DataOption = None,
) -> None:
    """Serve read-only figures to a program on standard input and output, with the rights of an account."""
    options, folder = open_record(data)
    from importlib.metadata import version

    from doseloop.facts.engine import Facts
    from doseloop.facts.paths import FactsPaths
    from doseloop.store.accounts import account_named
    from doseloop.store.audit import Actor
    from doseloop.web.mcp.server import mcp_server
    from doseloop.web.mcp.tools import Tools

    actor = Actor(account=account_named(account), name=account, address="mcp")
    tools = Tools(actor, Facts(FactsPaths.in_data(folder.root, options.record_address)))
    tools.scope()
    mcp_server(tools, version("doseloop")).run("stdio")
