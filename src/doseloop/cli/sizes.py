"""`doseloop sizes`: heights and weights from a file."""

import json
from pathlib import Path
from typing import Annotated

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.roles.record import open_record


def sizes(
    file: Path,
    site: Annotated[str, typer.Option(help="Name of the site; may be left out where there is one.")] = "",
    accept: Annotated[bool, typer.Option("--accept", help="Put the file into force.")] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Fill heights and weights that objects lack from a CSV file. Without --accept it only says what would change."""
    options, folder = open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.roles.worker import windows_of
    from doseloop.store import size_import
    from doseloop.store.audit import COMMAND
    from doseloop.store.numbers import numbers
    from doseloop.store.site_list import site_named
    from doseloop.store.size_file import size_lines

    known = numbers(folder.key("pseudonyms") if options.pseudonymous else None)
    with file.open("rb") as opened:
        found = size_import.read(
            SYSTEM, site_named(site), size_lines(opened), known, windows_of(options), COMMAND,
            pseudonymous=options.pseudonymous,
        )  # fmt: skip
    if accept:
        size_import.accept(SYSTEM, found.key, (), COMMAND)
    else:
        size_import.forget(SYSTEM, found.key)
    effect = found.effect
    told = {
        "lines": found.lines, "filled": effect.filled, "contradicted": effect.contradictions,
        "agreeing": effect.agreeing, "implausible": effect.implausible, "without_exam": effect.far,
        "left_out": dict(found.left_out), "accepted": accept,
    }  # fmt: skip
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else _sentence(told))


def _sentence(told: "dict[str, object]") -> str:
    head = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in told.items() if isinstance(value, int))
    left = told["left_out"]
    assert isinstance(left, dict)
    lines = [f"  left out: {count} with {why}" for why, count in left.items()]
    end = "Accepted." if told["accepted"] else "Nothing was changed; --accept puts the file into force."
    return "\n".join((head.replace(", True accepted", "").replace(", False accepted", ""), *lines, end))
