"""`doseloop recompute`: computed values are made again by the methods of today."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from doseloop.cli.options import DataOption, JsonOption
from doseloop.roles.record import open_record

if TYPE_CHECKING:
    from doseloop.recompute import QuantityChange, Tally

ApplyOption = Annotated[bool, typer.Option("--apply", help="Make the values current; else what changes is only shown.")]


def recompute(apply: ApplyOption = False, as_json: JsonOption = False, data: DataOption = None) -> None:
    """Compute again what other methods computed, and show what changes; `--apply` makes it current. May be interrupted."""
    open_record(data)
    from doseloop.dosimetry.methods import edition
    from doseloop.recompute import Tally
    from doseloop.store import estimate_rows, method_editions

    tally = _run(Tally(), estimate_rows.count(edition()), as_json, apply=apply)
    if apply:
        method_editions.note()
    if as_json:
        _print_json(tally, apply)
    else:
        _print(tally, apply)


def _run(tally: "Tally", count: int, as_json: bool, *, apply: bool) -> "Tally":
    from doseloop.recompute import recompute as run
    from doseloop.roles.recomputing import computing

    with computing() as compute, Progress(console=Console(stderr=True), disable=as_json, transient=True) as progress:
        bar = progress.add_task("Computing again", total=count)
        for so_far in run(apply=apply, compute=compute):
            tally = so_far
            progress.update(bar, completed=tally.exams)
    return tally


def _print_json(tally: "Tally", apply: bool) -> None:
    for one in tally.changes():
        typer.echo(json.dumps(asdict(one)))
    told = {"exams": tally.exams, "written": tally.written, "applied": apply, "editions": dict(tally.editions)}
    typer.echo(json.dumps(told))


def _print(tally: "Tally", apply: bool) -> None:
    if tally.changes():
        Console().print(_table(tally.changes()))
    typer.echo(_sentence(tally, apply))


def _table(changes: "tuple[QuantityChange, ...]") -> Table:
    table = Table("value", "stays", "changes", "new", "gone", "median ratio", "lowest", "highest")
    for one in changes:
        ratios = (one.median_ratio, one.lowest_ratio, one.highest_ratio)
        counts = (one.same, one.changed, one.new, one.gone)
        table.add_row(one.column, *map(str, counts), *("–" if it is None else f"{it:.3f}" for it in ratios))
    return table


def _sentence(tally: "Tally", apply: bool) -> str:
    if not tally.exams:
        return "Every value was computed by the methods of today."
    if apply:
        left = tally.exams - tally.written
        told = f"{tally.written} exams have the values of today's methods now."
        return f"{told} {left} changed meanwhile: run it again." if left else told
    return f"{tally.exams} exams would have these values. Nothing was written; --apply makes it current."
