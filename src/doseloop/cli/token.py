"""`doseloop token`: tokens by which peers send and programs read over HTTP."""

import json
from datetime import datetime
from typing import Annotated

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)


AccountOption = Annotated[
    str,
    typer.Option("--account", help="Whose rights a program reads with; left out, the token is a peer's that sends."),
]


@app.command("add")
def add(
    name: str,
    account: AccountOption = "",
    days: Annotated[
        int | None, typer.Option(help="Days in force; left out, 365 for reading and no end for sending.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Make a token for a peer or a program and print it. It is shown this once: only a hash of it is kept."""
    open_record(data)
    from doseloop.store import tokens
    from doseloop.store.accounts import account_named

    if account:
        typer.echo(
            tokens.add_for_reading(name, account_named(account), tokens.DAYS_OF_READING if days is None else days)
        )
    else:
        typer.echo(tokens.add(name, days))


@app.command("revoke")
def revoke(name: str, account: AccountOption = "", data: DataOption = None) -> None:
    """End a token, from its next request on."""
    open_record(data)
    from doseloop.store import tokens
    from doseloop.store.accounts import key_of

    tokens.revoke(name, key_of(account) if account else None)
    typer.echo(f"The token of {name} is no longer in force.")


@app.command("list")
def list_(as_json: JsonOption = False, data: DataOption = None) -> None:
    """List tokens: whose each is, what for, when it was made, last used and revoked, and when it ends."""
    open_record(data)
    from doseloop.store import tokens

    for one in tokens.tokens():
        times = {
            "made_at": _iso(one.made_at),
            "expires_at": _iso(one.expires_at),
            "last_used_at": _iso(one.last_used_at),
            "revoked_at": _iso(one.revoked_at),
        }
        if as_json:
            typer.echo(json.dumps({"name": one.name, "purpose": one.purpose, "account": one.account or None, **times}))
        else:
            typer.echo(
                f"{one.name}: {f'reads as {one.account}' if one.account else 'sends'}, "
                + ", ".join(f"{what[:-3].replace('_', ' ')} {at}" for what, at in times.items() if at)
            )


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
