"""`doseloop account`: the first administrator, and others where nobody can sign in yet."""

from typing import Annotated

import typer

from doseloop.access.rights import Role
from doseloop.cli.options import DataOption
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)
Password = Annotated[
    str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True, envvar="DOSELOOP_PASSWORD")
]


@app.command("add")
def add(
    name: str,
    password: Password,
    role: Annotated[Role, typer.Option(help="Role at the site.")] = Role.ADMINISTRATOR,
    site: Annotated[str, typer.Option(help="Name of the site; empty means every site there is now.")] = "",
    data: DataOption = None,
) -> None:
    """Make an account with a role at one site or at all."""
    open_record(data)
    from doseloop.store.accounts import add_account

    sites = add_account(name, password, role, site or None)
    typer.echo(f"{name} is {role.value} at {', '.join(sites)}.")


@app.command("grant")
def grant(
    name: str,
    role: Annotated[Role, typer.Option(help="Role at the site.")],
    site: Annotated[str, typer.Option(help="Name of the site; empty means every site there is now.")] = "",
    data: DataOption = None,
) -> None:
    """Give an account a role at one site or at every site."""
    open_record(data)
    from doseloop.store.accounts import grant_to

    typer.echo(f"{name} is {role.value} at {', '.join(grant_to(name, role, site or None))}.")


@app.command("person")
def person(
    name: str,
    site: Annotated[str, typer.Option(help="Name of the site whose exams name the person.")],
    typed: Annotated[
        str | None, typer.Option(help="The person's name as exams have it; left out, the account is nobody.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Say which operator or physician an account is, so that they see their own figures."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store.audit import COMMAND
    from doseloop.store.own_person import say_who

    say_who(SYSTEM, name, site, typed, COMMAND)
    typer.echo(f"{name} is {'nobody' if typed is None else 'that person'} at {site}.")
