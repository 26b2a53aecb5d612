"""`doseloop merge`: numbers that the hospital's system has merged."""

import csv
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from doseloop.cli.options import DataOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record


def merge(
    file: Path,
    site: Annotated[str, typer.Option(help="Name of the site; may be left out where there is one.")] = "",
    accept: Annotated[bool, typer.Option("--accept", help="Merge; else it is only said what would be.")] = False,
    data: DataOption = None,
) -> None:
    """Merge patients by a CSV file with the columns old issuer, old number, new issuer, new number."""
    options, folder = open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store import merged_numbers, patient_merging
    from doseloop.store.audit import COMMAND
    from doseloop.store.numbers import numbers
    from doseloop.store.site_list import site_named

    known = numbers(folder.key("pseudonyms") if options.pseudonymous else None)
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.reader(opened))
    except (UnicodeDecodeError, csv.Error):
        raise UnusableInput("The file is no CSV in UTF-8. Save it as CSV UTF-8.") from None
    found = merged_numbers.mergings(SYSTEM, site_named(site), rows, known, pseudonymous=options.pseudonymous)
    patient_merging.check(SYSTEM, found.wanted)
    if accept and found.wanted:
        patient_merging.merge(SYSTEM, found.wanted, COMMAND)
    typer.echo(f"{len(found.wanted)} patients {'are' if accept else 'would be'} part of another.")
    for why, count in Counter(found.left_out).most_common():
        typer.echo(f"  left out: {count} with {why}")
