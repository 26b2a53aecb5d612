"""`doseloop read FILE... --json`: what each object says about dose."""

import json as json_text
import sys
from pathlib import Path
from typing import Annotated

import typer

from doseloop.model.errors import DoseloopError


def read(
    files: Annotated[list[Path], typer.Argument(help="DICOM objects.", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, in the order of the files.")] = False,
) -> None:
    """Read dose objects and print what they say, in the field's units; nothing is stored."""
    for file in files:
        record = read_record(file)
        print(json_text.dumps(record, ensure_ascii=False) if json else _sentence(record))
    sys.stdout.flush()


def read_record(file: Path) -> dict[str, object]:
    """The read contract of one file: accepted with what it says, or not accepted with a reason."""
    from doseloop.reading.head import object_bytes
    from doseloop.reading.limits import DEFAULT_LIMITS
    from doseloop.reading.object import read_object
    from doseloop.report.read_contract import contract, not_accepted

    try:
        return contract(str(file), read_object(object_bytes(file, DEFAULT_LIMITS)))
    except (DoseloopError, OSError) as error:
        return not_accepted(str(file), error)


def _sentence(record: dict[str, object]) -> str:
    if not record["accepted"]:
        return f"{record['file']}: no dose read: {record['reason']}"
    totals = record["totals"]
    stated = {name: value for name, value in totals.items() if value is not None} if isinstance(totals, dict) else {}
    told = ", ".join(f"{name} {value}" for name, value in stated.items())
    return f"{record['file']}: {record['kind']}: {told}"


if __name__ == "__main__":
    typer.run(read)
