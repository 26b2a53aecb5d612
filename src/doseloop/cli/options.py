"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataOption = Annotated[
    Path | None, typer.Option("--data", help="Folder of everything that is kept.", envvar="DOSELOOP_DATA")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
