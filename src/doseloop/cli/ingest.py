"""`doseloop ingest`: files, folders and archives into the inbox."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import track

from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import DoseloopError
from doseloop.roles.record import open_record

if TYPE_CHECKING:
    from doseloop.receive.files import File
    from doseloop.receive.intake import Outcome


def ingest(paths: list[Path], as_json: JsonOption = False, data: DataOption = None) -> None:
    """Take files, folders and archives (ZIP, DICOMDIR) in. A running worker reads them; known ones are only counted."""
    options, folder = open_record(data)
    from doseloop.receive.intake import Intake
    from doseloop.roles.folders import limits_of
    from doseloop.roles.inbox import inbox_of
    from doseloop.store.inbox import Origin

    intake = Intake(inbox_of(options, folder), Origin("ingest"), limits_of(options))
    tally, refused = Counter[str](), list[dict[str, Any]]()
    found = [one for path in paths for one in _files(path)]
    for file, named in track(found, "Taking in", console=Console(stderr=True), disable=as_json):
        for outcome in intake.take(file, follow=named):
            if outcome.receipt:
                tally["known" if outcome.receipt.known else "new"] += 1
            else:
                tally["failed"] += 1
                refused.append(_told(outcome))
                typer.echo("{name}: {why} {hint} [{code}]".format(**refused[-1]), err=True)
    counts = {name: tally[name] for name in ("new", "known", "failed")}
    told = ", ".join(f"{n} {name}" for name, n in counts.items())
    typer.echo(json.dumps({**counts, "refused": refused}) if as_json else told)
    if refused:
        raise typer.Exit(1)


def _files(path: Path) -> "Iterator[tuple[File, bool]]":
    """The files of a path, each with whether it was itself named."""
    from doseloop.receive.files import files

    named = not path.is_dir()
    return ((file, named) for file in files(path))


def _told(outcome: "Outcome") -> dict[str, Any]:
    error = outcome.error
    code, hint = (
        (error.code, error.hint) if isinstance(error, DoseloopError) else ("io", "Look at the file and its rights.")
    )
    return {"name": outcome.name, "code": code, "why": str(error), "hint": hint}
