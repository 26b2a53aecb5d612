"""`doseloop levels local`: local levels and typical values out of a site's own exams."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)
SiteOption = Annotated[str, typer.Option("--site", help="Name of the site.")]
_REVIEW = timedelta(days=365)


@app.command("list")
def list_(site: SiteOption, as_json: JsonOption = False, data: DataOption = None) -> None:
    """List every local level of a site, the latest first, with how it stands; one that was changed since says so."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store.level_sets import site_named
    from doseloop.store.local_levels import local_levels

    for one in local_levels(SYSTEM, site_named(SYSTEM, site)):
        typer.echo(json.dumps(_told(one), ensure_ascii=False) if as_json else _sentence(one))


@app.command("set")
def set_(
    site: SiteOption,
    procedure: Annotated[str, typer.Option(help="Key of the procedure: `ct-chest`.")],
    name: Annotated[str, typer.Option(help="What the level is called.")],
    author: Annotated[str, typer.Option(help="Who sets it.")],
    quantity: Annotated[
        str, typer.Option(help="`dlp_mgy_cm`, `ctdi_vol_mgy`, ...; the procedure's first if none.")
    ] = "",
    per: Annotated[
        str, typer.Option(help="`examination` or `acquisition`; as is usual for the quantity if none.")
    ] = "",
    phantom: Annotated[str, typer.Option(help="CTDI phantom in cm, 16 or 32; that of the site's levels if none.")] = "",
    children: Annotated[bool, typer.Option("--children", help="Children, not adults.")] = False,
    age_from: Annotated[str, typer.Option(help="Years.")] = "",
    age_below: Annotated[str, typer.Option(help="Years.")] = "",
    weight_from: Annotated[str, typer.Option(help="Kilograms.")] = "",
    weight_below: Annotated[str, typer.Option(help="Kilograms.")] = "",
    since: Annotated[str, typer.Option(help="First day, `2026-01-01`; a year before the last if none.")] = "",
    until: Annotated[str, typer.Option(help="Last day; today if none.")] = "",
    note: Annotated[str, typer.Option(help="What is to be known about it.")] = "",
    review: Annotated[str, typer.Option(help="Day of its review; in a year if none.")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace the one in force for the same patients.")] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Set a local level (or a typical value, where there are few rooms) out of the exams as they are now, and freeze it."""
    options, folder = open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.facts.engine import Facts
    from doseloop.facts.paths import FactsPaths
    from doseloop.report.local_level import draft
    from doseloop.store.audit import COMMAND
    from doseloop.store.level_choice import chosen
    from doseloop.store.level_sets import site_named
    from doseloop.store.local_level_standing import set_level
    from doseloop.store.local_levels import local_level, present
    from doseloop.web.local_level_view import view_of, with_defaults
    from doseloop.web.patient_group_fields import OWN

    key, today = site_named(SYSTEM, site), datetime.now(UTC).date()
    given = {
        "procedure": procedure, "quantity": quantity, "per": per, "phantom": phantom, "group": OWN,
        "category": "child" if children else "adult", "age_from": age_from, "age_below": age_below,
        "weight_from": weight_from, "weight_below": weight_below, "since": since, "until": until,
    }  # fmt: skip
    view = view_of(with_defaults(given, chosen(SYSTEM, key), today))
    facts = Facts(FactsPaths.in_data(folder.root, options.record_address))
    found = draft(facts, SYSTEM, key, view.of, view.window, options.level_settings)
    new = found.frozen(name, author, note, _day(review) if review else today + _REVIEW)
    held = present(SYSTEM, key, view.of)
    if held is not None and not replace:
        raise UnusableInput(
            f"Local level {held.key} is in force for the same patients; --replace sets this one in its place."
        )
    made = local_level(SYSTEM, set_level(SYSTEM, key, new, held.key if held else None, COMMAND))
    typer.echo(
        json.dumps(_told(made), ensure_ascii=False) if as_json else f"{_sentence(made)} {' '.join(new.sentences)}"
    )


@app.command("withdraw")
def withdraw(
    level: Annotated[int, typer.Argument(help="Number of the local level.")],
    why: Annotated[str, typer.Option(help="Why it holds no more.")],
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Let a local level hold no more; it stays, and can be given back on the page."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store import local_level_standing
    from doseloop.store.audit import COMMAND
    from doseloop.store.local_levels import local_level

    local_level_standing.withdraw(SYSTEM, level, why, COMMAND)
    one = local_level(SYSTEM, level)
    typer.echo(json.dumps(_told(one), ensure_ascii=False) if as_json else _sentence(one))


def _told(one: Any) -> dict[str, Any]:
    """Stable names; without the values, which the page exports."""
    import msgspec

    level = {} if one.level is None else msgspec.to_builtins(one.level)
    standing = {
        "id": one.key, "state": one.state, "since": one.since.isoformat() if one.since else None,
        "replaced_by": one.replaced_by, "why": one.why, "sha256": one.sha256, "damage": one.damage,
    }  # fmt: skip
    return {**standing, **level}


def _sentence(one: Any) -> str:
    from doseloop.model.quantities import shown

    if one.level is None:
        return f"{one.key}: {one.damage}"
    level = one.level
    return (
        f"{one.key}: {level.name}, {level.called} of {level.of.procedure}, {shown(level.of.quantity, level.value)}, "
        f"{len(level.used_rooms)} rooms, {level.n_patients} patients, {one.state}, to be reviewed on {level.review_on}."
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnusableInput(f"{text[:20]!r} is no day; write it as 2026-11-27.") from None
