"""`doseloop token`: tokens by which peers send over HTTP."""

import json
from datetime import datetime

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)


@app.command("add")
def add(name: str, data: DataOption = None) -> None:
    """Make a token for a peer and print it. It is shown this once: only a hash of it is kept."""
    open_record(data)
    from doseloop.store import tokens

    typer.echo(tokens.add(name))


@app.command("revoke")
def revoke(name: str, data: DataOption = None) -> None:
    """End a peer's token, from its next request on."""
    open_record(data)
    from doseloop.store import tokens

    tokens.revoke(name)
    typer.echo(f"The token of {name} is no longer in force.")


@app.command("list")
def list_(as_json: JsonOption = False, data: DataOption = None) -> None:
    """List tokens: whose each is, when it was made, last used and revoked."""
    open_record(data)
    from doseloop.store import tokens

    for one in tokens.tokens():
        times = {
            "made_at": _iso(one.made_at),
            "last_used_at": _iso(one.last_used_at),
            "revoked_at": _iso(one.revoked_at),
        }
        if as_json:
            typer.echo(json.dumps({"name": one.name, **times}))
        else:
            typer.echo(
                f"{one.name}: " + ", ".join(f"{what[:-3].replace('_', ' ')} {at}" for what, at in times.items() if at)
            )


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
