"""`doseloop rules`: every rule at a site, trying and setting one; the rule packs, which a site goes by, and what it confirmed."""

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


SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="A setting, `name=value`; may be repeated. docs/rules.md has them.")
]


@app.command("show")
def show(site: SiteOption = "", as_json: JsonOption = False, data: DataOption = None) -> None:
    """Show every rule: whether it is on, its settings, its flags a week and how many of those that were judged were true."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store.rule_list import rule_rows
    from doseloop.store.site_list import site_named

    for one in rule_rows(SYSTEM, site_named(site)):
        typer.echo(json.dumps(dataclasses.asdict(one), ensure_ascii=False) if as_json else one.sentence)


@app.command("replay")
def replay(
    rule: Annotated[str, typer.Argument(help="Name of the rule, as `doseloop rules show` has it.")],
    settings: SetOption = None,
    site: SiteOption = "",
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Try a rule over the site's own history: nothing is flagged. What is not set is as by default."""
    options, folder = open_record(data)
    from rich.console import Console
    from rich.progress import Progress

    from doseloop.access.scope import SYSTEM
    from doseloop.assess.rule_settings import made_of, read_all
    from doseloop.facts.engine import Facts
    from doseloop.facts.paths import FactsPaths
    from doseloop.rule_trial import trial
    from doseloop.store.budget_rows import counts
    from doseloop.store.rule_settings import of_site
    from doseloop.store.rule_trying import may_be_tried
    from doseloop.store.site_list import site_named

    key = site_named(site)
    one, facts = may_be_tried(SYSTEM, key, rule), Facts(FactsPaths.in_data(folder.root, options.record_address))
    values = read_all(one.schema, settings or [])
    wanted = made_of(one.settings, values) if one.settings else None
    tried = trial(key, one, wanted, of_site(SYSTEM, key).of(one), facts)
    with Progress(console=Console(stderr=True), disable=as_json, transient=True) as progress:
        bar = progress.add_task("Trying", total=tried.total)
        for looked_at in tried.steps():
            progress.update(bar, completed=looked_at)
    found = tried.budget()
    if as_json:
        typer.echo(json.dumps({"rule": rule, "values": values} | (counts(found) if found else {"exams": 0})))
    else:
        typer.echo(found.sentence if found else "There is no complete exam to look at.")


@app.command("set")
def set_(
    rule: Annotated[str, typer.Argument(help="Name of the rule.")],
    on: Annotated[bool, typer.Option("--on/--off", help="Whether it is to run.")] = True,
    settings: SetOption = None,
    site: SiteOption = "",
    data: DataOption = None,
) -> None:
    """Let a rule run so at a site; what is not set is as by default. Exams of the last weeks are judged anew."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.assess.registry import rule_named
    from doseloop.assess.rule_settings import read_all
    from doseloop.store.audit import COMMAND
    from doseloop.store.rule_changes import decide
    from doseloop.store.rule_list import rule_rows
    from doseloop.store.site_list import site_named

    key = site_named(site)
    decide(SYSTEM, key, rule, read_all(rule_named(rule).schema, settings or []), COMMAND, is_on=on)
    typer.echo(next(one.sentence for one in rule_rows(SYSTEM, key) if one.rule == rule))


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
