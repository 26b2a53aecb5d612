"""`doseloop rules`: the rule packs, which a site goes by, its own, and what it confirmed."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)
SiteOption = Annotated[str, typer.Option("--site", help="Name of the site; may be left out where there is one.")]


@app.command("list")
def list_(site: SiteOption = "", as_json: JsonOption = False, data: DataOption = None) -> None:
    """List every pack: which the site goes by, what is verified, and what it has confirmed."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store.rule_pack_list import rule_pack_rows
    from doseloop.store.site_list import site_named

    for one in rule_pack_rows(SYSTEM, site_named(site)):
        typer.echo(json.dumps(dataclasses.asdict(one), ensure_ascii=False) if as_json else one.sentence)


@app.command("choose")
def choose(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of packs; none takes the choice away.")] = None,
    site: SiteOption = "",
    data: DataOption = None,
) -> None:
    """Let a site go by these packs. Exams that are there are judged anew where a rule may be met."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store import rule_pack_choice
    from doseloop.store.audit import COMMAND
    from doseloop.store.rule_pack_list import rule_pack_rows
    from doseloop.store.site_list import site_named

    key = site_named(site)
    rule_pack_choice.choose(SYSTEM, key, keys or [], COMMAND)
    rows = [one for one in rule_pack_rows(SYSTEM, key) if one.chosen]
    typer.echo("\n".join(one.sentence for one in rows) or "The site goes by no pack.")
    for one in rows:
        if one.rules_in_force < one.rules:
            typer.echo(
                f"{one.key}: {one.rules - one.rules_in_force} rules wait for `doseloop rules confirm {one.key}`."
            )


@app.command("confirm")
def confirm(
    pack: Annotated[str, typer.Argument(help="Key of the pack.")],
    by: Annotated[str, typer.Option(help="Who compared the rules with their source.")],
    grounds: Annotated[str, typer.Option(help="How: the edition and the tables.")],
    site: SiteOption = "",
    data: DataOption = None,
) -> None:
    """Confirm a pack that was not verified, so that all of its rules hold at the site."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store import rule_pack_choice
    from doseloop.store.audit import COMMAND
    from doseloop.store.site_list import site_named

    rule_pack_choice.confirm(SYSTEM, site_named(site), pack, by, grounds, COMMAND)
    typer.echo(f"{pack} is confirmed by {by}.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="YAML or CSV file; docs/rules.md has its fields.")],
    author: Annotated[str, typer.Option(help="Who made it.")],
    site: SiteOption = "",
    title: Annotated[str, typer.Option(help="Of a CSV file: what the pack is called, with its year.")] = "",
    authority: Annotated[str, typer.Option(help="Of a CSV file: whose rules they are.")] = "",
    source: Annotated[str, typer.Option(help="Of a CSV file: where the rules come from, in words.")] = "",
    country: Annotated[str, typer.Option(help="Of a CSV file: ISO 3166-1 alpha-2; INT for no country.")] = "INT",
    url: Annotated[str, typer.Option(help="Of a CSV file: address of the source.")] = "",
    purpose: Annotated[str, typer.Option(help="Of a CSV file: notification or follow-up.")] = "notification",
    data: DataOption = None,
) -> None:
    """Add a pack of a site's own: all of it, or nothing and every fault with its rule and field."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.reference.own_rule_pack import OwnPack, from_csv, from_yaml
    from doseloop.store.audit import COMMAND
    from doseloop.store.rule_pack_sets import add_own
    from doseloop.store.site_list import site_named

    key, text = site_named(site), _text(file)
    told = OwnPack(title, authority or site, author, source, country, url, purpose)
    content = from_csv(key, told, text) if file.suffix.casefold() == ".csv" else from_yaml(key, author, text)
    made = add_own(SYSTEM, key, content, COMMAND)
    typer.echo(
        f"{made.key}: {len(made.rules)} rules. `doseloop rules choose` has the site go by it, `confirm` puts it into force."
    )


def _text(file: Path) -> str:
    from doseloop.reference.own_rule_pack import MOST_BYTES

    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1).decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableInput(f"{file} is not in UTF-8. Save it as UTF-8.") from None
    except OSError as error:
        raise UnusableInput(f"{file} cannot be read: {error.strerror}.") from None
