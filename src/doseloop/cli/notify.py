"""`doseloop notify`: who is told of flags, a message for trial, and the outbox."""

import json
from typing import Annotated

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_(as_json: JsonOption = False, data: DataOption = None) -> None:
    """List who is told of flags, when, and whether messages arrive."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store import outbox_list, subscriptions

    for one in subscriptions.subscriptions(SYSTEM):
        wanted, failure = one.wanted, outbox_list.last_failure(one.key)
        found = {
            "key": one.key, "site": one.site_name, "name": wanted.name, "to": one.address, "least": wanted.least,
            "how": wanted.timing.how, "paused": one.paused_at is not None, "said": failure,
        }  # fmt: skip
        state = "paused" if one.paused_at else failure or "in force"
        line = f"{one.key} {wanted.name} ({one.site_name}), {one.address}: {wanted.least}, {wanted.timing.how}; {state}"
        typer.echo(json.dumps(found) if as_json else line)


@app.command("test")
def trial(
    key: Annotated[int, typer.Argument(help="Number of the subscription, as `doseloop notify list` has it.")],
    data: DataOption = None,
) -> None:
    """Send a message for trial and say what came of it."""
    options, folder = open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.loop.notifying import send_trial
    from doseloop.roles.notification_runner import ways_of
    from doseloop.store.audit import COMMAND

    why = send_trial(SYSTEM, key, ways_of(options, folder), COMMAND)
    if why is not None:
        typer.echo(f"It was not sent: {why}", err=True)
        raise typer.Exit(1)
    typer.echo("It was sent.")


@app.command("outbox")
def outbox(as_json: JsonOption = False, data: DataOption = None) -> None:
    """List what is on its way, what was sent and what failed; no patient stands in it."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store import outbox_list

    for one in outbox_list.sendings(SYSTEM):
        found = {
            "subscription": one.subscription, "site": one.site, "rule": one.rule, "how": one.how, "state": one.state,
            "next_at": one.next_at.isoformat(timespec="seconds"), "attempts": one.attempts, "said": one.said,
            "at": one.at.isoformat(timespec="seconds") if one.at else None,
        }  # fmt: skip
        line = f"{one.state} {one.rule} to {one.subscription} ({one.site}), attempt {one.attempts}. {one.said}".rstrip()
        typer.echo(json.dumps(found) if as_json else line)
