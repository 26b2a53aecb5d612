"""Options that several commands share."""

import os
from pathlib import Path
from typing import Annotated

import django
import typer

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of everything that is kept.", envvar="DOSELOOP_DATA")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def use_data(data: Path | None) -> None:
    """Set the data folder for this process and its children. Before any setting is read."""
    if data is not None:
        os.environ["DOSELOOP_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")


def open_record(data: Path | None) -> None:
    """Open the record of a data folder."""
    use_data(data)
    django.setup()
