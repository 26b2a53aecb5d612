"""`doseloop doctor`: what is wrong, and how to mend it."""

import dataclasses
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.roles.record import use_data

if TYPE_CHECKING:
    from doseloop.roles.doctor.check import Fault

_SAMPLE = 2000
MendOption = Annotated[bool, typer.Option("--mend", help="Mend what can be mended without losing anything.")]
EveryOption = Annotated[
    bool, typer.Option("--every-object", help=f"Open every kept object; else {_SAMPLE} that are chosen by chance.")
]


def doctor(
    mend: MendOption = False, every_object: EveryOption = False, as_json: JsonOption = False, data: DataOption = None
) -> None:
    """Look for faults of the installation, also while it runs; ends with status 1 where one is left."""
    use_data(data)
    from doseloop.roles.doctor.check import place_of
    from doseloop.roles.doctor.examination import examine, left_out

    root = data or Path(os.environ.get("DOSELOOP_DATA", "data"))
    found = []
    place = place_of(root, None if every_object else _SAMPLE)
    for fault in examine(place, mend=mend):
        found.append(fault)
        _show(fault, as_json)
    left = sum(not fault.mended for fault in found)
    if not as_json:
        typer.echo(f"{left} faults are left." if found else "No fault was found.")
        typer.echo(f"Do not apply, since the record is on {place.engine}: {', '.join(left_out(place))}.")
    if left:
        raise typer.Exit(1)


def _show(fault: "Fault", as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(fault), ensure_ascii=False))
    else:
        typer.echo(f"{fault.code}: {fault.what}\n  {'Mended.' if fault.mended else fault.mend}")
