"""`doseloop ingest`: files and folders into the inbox."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import track

from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import InboxError
from doseloop.roles.record import open_record


def ingest(paths: list[Path], as_json: JsonOption = False, data: DataOption = None) -> None:
    """Take files and folders in. A running worker reads them; ones that were here before are counted and nothing else."""
    options, folder = open_record(data)
    from doseloop.roles.inbox import inbox_of
    from doseloop.store.inbox import Origin

    inbox, tally = inbox_of(options, folder), Counter[str]()
    files = [file for path in paths for file in _files(path)]
    for file in track(files, "Taking in", console=Console(stderr=True), disable=as_json):
        try:
            with file.open("rb") as stream:
                tally["known" if inbox.put(stream, Origin("ingest")).known else "new"] += 1
        except (OSError, InboxError) as error:
            tally["failed"] += 1
            typer.echo(f"{file}: {error}", err=True)
    counts = {name: tally[name] for name in ("new", "known", "failed")}
    typer.echo(json.dumps(counts) if as_json else ", ".join(f"{n} {name}" for name, n in counts.items()))
    if tally["failed"]:
        raise typer.Exit(1)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*") if file.is_file())
    else:
        yield path
