"""`doseloop reprocess`: kept objects are read again."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record

if TYPE_CHECKING:
    from doseloop.reprocess import Change, Reprocessed

_MOST_SHOWN = 12
_SHOWN_FIRST = 40

SinceOption = Annotated[datetime | None, typer.Option(help="Objects that arrived on that day or later (UTC).")]
StudyOption = Annotated[str | None, typer.Option(help="Objects of one study, by its Study Instance UID.")]
StateOption = Annotated[
    list[str] | None,
    typer.Option("--state", help="`read`, `partly read`, `not dose` or `quarantined`; may be repeated."),
]
AgainOption = Annotated[bool, typer.Option("--again", help="Also what this version has read already.")]
ApplyOption = Annotated[bool, typer.Option("--apply", help="Make the differences current; else they are only shown.")]


def reprocess(
    since: SinceOption = None,
    study: StudyOption = None,
    state: StateOption = None,
    again: AgainOption = False,
    apply: ApplyOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Read kept objects again and show what would change; `--apply` makes it current. May be interrupted and run again."""
    options, folder = open_record(data)
    from doseloop.roles.reprocessing import reprocessing
    from doseloop.store import kept

    _check(state or [], [str(one) for one in kept.STATES])
    arrived = since.replace(tzinfo=UTC) if since else None
    which = kept.Which(arrived, study, tuple(state or kept.STATES), again)
    with reprocessing(options, folder, apply=apply) as run:
        tally = _told(run.run(which), kept.count(which), as_json)
    summary = {name: tally[name] for name in ("read", "changed", "left")} | {"applied": apply}
    typer.echo(json.dumps(summary) if as_json else _sentence(tally, apply, again))


def _check(states: list[str], known: list[str]) -> None:
    unknown = sorted(set(states) - set(known))
    if unknown:
        raise UnusableInput(f"There is no state {unknown[0]!r} to read again; known are {', '.join(known)}.")


def _told(results: "Iterable[Reprocessed]", count: int, as_json: bool) -> Counter[str]:
    """Print what each study came to; how many objects were read, exams or objects changed, and objects left as they were."""
    tally = Counter[str]()
    with Progress(console=Console(stderr=True), disable=as_json, transient=True) as progress:
        bar = progress.add_task("Reading again", total=count)
        for one in results:
            progress.advance(bar, one.objects)
            tally.update(read=one.objects, changed=len(one.changes), left=len(one.left))
            for change in one.changes:
                _show(change, as_json)
            for left in one.left:
                record = {"object": left.object, "left_as_it_was": left.reason}
                typer.echo(json.dumps(record) if as_json else f"object {left.object} stays as it was: {left.reason}")
    return tally


def _show(change: "Change", as_json: bool) -> None:
    if as_json:
        for one in change.differences:
            subject = {"subject": change.subject, "study_uid": change.study_uid}
            record = {**subject, "field": one.field, "before": one.before, "after": one.after}
            typer.echo(json.dumps(record, ensure_ascii=False))
        return
    typer.echo(f"{change.subject} ({change.study_uid})" if change.study_uid else change.subject)
    for one in change.differences[:_MOST_SHOWN]:
        typer.echo(f"  {one.field}: {_short(one.before)} becomes {_short(one.after)}")
    if len(change.differences) > _MOST_SHOWN:
        typer.echo(f"  and {len(change.differences) - _MOST_SHOWN} more fields; --json shows all")


def _short(value: object) -> str:
    text = "nothing" if value is None or value == "" else str(value)
    return text if len(text) <= _SHOWN_FIRST else f"{text[: _SHOWN_FIRST - 1]}…"


def _sentence(tally: Counter[str], apply: bool, again: bool) -> str:
    done = "changed" if apply else "would change"
    told = f"{tally['read']} objects read again, {tally['changed']} exams and objects {done}"
    told += f", {tally['left']} objects stay as they were." if tally["left"] else "."
    if not apply and tally["changed"]:
        told += " Nothing was written; --apply makes it current."
    return told if again else f"{told} What this version has read already is read again with --again."
