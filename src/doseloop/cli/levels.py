"""`doseloop levels`: the sets of reference levels, which a site compares with, its own, and what it confirmed."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from doseloop.cli import local_levels
from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)
app.add_typer(local_levels.app, name="local", help="Local levels and typical values out of a site's own exams.")
SiteOption = Annotated[str, typer.Option("--site", help="Name of the site.")]


@app.command("list")
def list_(site: SiteOption, as_json: JsonOption = False, data: DataOption = None) -> None:
    """List every set: what the site compares with and in which order, and what is verified or confirmed."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store.level_list import level_set_rows
    from doseloop.store.level_sets import site_named

    for one in level_set_rows(SYSTEM, site_named(SYSTEM, site)):
        typer.echo(json.dumps(dataclasses.asdict(one), ensure_ascii=False, default=str) if as_json else one.sentence)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV file; docs/levels.md has its columns.")],
    site: SiteOption,
    name: Annotated[str, typer.Option(help="What the set is called, with its year: `Local levels 2026`.")],
    author: Annotated[str, typer.Option(help="Who made it.")],
    source: Annotated[str, typer.Option(help="Where the values come from, in words.")],
    year: Annotated[int, typer.Option(help="Year of the values.")],
    country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-2; INT for no country.")] = "INT",
    url: Annotated[str, typer.Option(help="Address of the source.")] = "",
    data: DataOption = None,
) -> None:
    """Add a set of a site's own from a CSV file: all of it, or nothing and every fault by line and column."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.reference.level_csv import own_set
    from doseloop.reference.own_levels import OwnSet
    from doseloop.store.audit import COMMAND
    from doseloop.store.level_sets import add_own, site_named

    key = site_named(SYSTEM, site)
    told = OwnSet(name, site, author, source, year, country, url)
    made = add_own(SYSTEM, key, own_set(key, told, _text(file)), COMMAND)
    typer.echo(f"{made.id}: {len(made.levels)} rows. `doseloop levels choose` has the site compare with it.")


@app.command("choose")
def choose(
    site: SiteOption,
    keys: Annotated[
        list[str] | None, typer.Argument(help="Keys of sets in their order; none takes the choice away.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Let a site compare with these sets, in this order."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store import level_choice
    from doseloop.store.audit import COMMAND
    from doseloop.store.level_sets import site_named

    key = site_named(SYSTEM, site)
    level_choice.choose(SYSTEM, key, keys or [], COMMAND)
    named = ", ".join(one.id for one in level_choice.chosen(SYSTEM, key))
    typer.echo(f"{site} compares with {named}{'' if keys else ', those in force'}.")


@app.command("confirm")
def confirm(
    set_key: Annotated[str, typer.Argument(metavar="SET", help="Key of the set.")],
    site: SiteOption,
    by: Annotated[str, typer.Option(help="Who compared the values with their source.")],
    grounds: Annotated[str, typer.Option(help="How: the edition and the tables.")],
    data: DataOption = None,
) -> None:
    """Confirm a set that was not verified, so that signed reports of the site may use it."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store import level_confirmation
    from doseloop.store.audit import COMMAND
    from doseloop.store.level_sets import site_named

    level_confirmation.confirm(SYSTEM, site_named(SYSTEM, site), set_key, by, grounds, COMMAND)
    typer.echo(f"{set_key} is confirmed for {site} by {by}.")


def _text(file: Path) -> str:
    from doseloop.reference.level_csv import MOST_BYTES

    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1).decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableInput(f"{file} is not UTF-8; save it as CSV UTF-8.") from None
    except OSError as error:
        raise UnusableInput(f"{file} cannot be read: {error.strerror}.") from None
