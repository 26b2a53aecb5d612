"""`doseloop simulate`: plays a scenario of the virtual hospital into a folder, or to a receiver."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doseloop.cli.options import JsonOption
from doseloop.model.errors import UnusableInput

if TYPE_CHECKING:
    from doseloop.simulate.day import SimulatedExam
    from doseloop.simulate.scenario import Scenario
    from doseloop.simulate.scenario.truth import Tally


def simulate(
    scenario: Annotated[str, typer.Argument(help="YAML file, or the name of a ready scenario: `quiet-year`.")],
    out: Annotated[Path | None, typer.Option(help="New folder of the objects and of `truth.json`.")] = None,
    to: Annotated[
        str, typer.Option("--send", metavar="HOST:PORT", help="Send by C-STORE instead; `--out` holds the truth alone.")
    ] = "",
    speed: Annotated[
        float | None, typer.Option(help="1 is real time, 60 an hour in a minute; without it as fast as it goes.", min=0)
    ] = None,
    called: Annotated[str, typer.Option(help="AE title of the receiver.")] = "DOSELOOP",
    processes: Annotated[int, typer.Option(help="Processes that write.", min=1, max=64)] = 2,
    as_json: JsonOption = False,
) -> None:
    """Make the dose objects of a scenario and the truth about what was planted in them."""
    from doseloop.simulate.scenario import load, write

    if speed is not None and (speed <= 0 or not to):
        raise UnusableInput("--speed is a number over 0 and belongs to --send.")
    read, began = load(scenario), time.monotonic()
    if to:
        told = _send(read, to, called, speed, out)
    elif out is not None:
        written = write(read, out, processes)
        told = {"exams": written.exams, "objects": written.objects, "folder": str(out)}
    else:
        raise UnusableInput("Name a folder with --out, or a receiver with --send HOST:PORT.")
    told["seconds"] = round(time.monotonic() - began, 1)
    typer.echo(json.dumps(told) if as_json else ", ".join(f"{name} {value}" for name, value in told.items()))


def _send(
    scenario: "Scenario", to: str, called: str, speed: float | None, out: Path | None
) -> dict[str, int | float | str]:
    from doseloop.simulate.scenario.truth import Tally
    from doseloop.simulate.scenario.write import prepare, write_truth
    from doseloop.simulate.send import Pace, send

    host, _, port = to.rpartition(":")
    if not (host and port.isdigit() and 0 < int(port) < 65536):
        raise UnusableInput(f"{to} is no HOST:PORT.")
    if out is not None:
        prepare(out)
    tally, taken, refused = Tally(), 0, 0
    for answer in send(_counted(scenario, tally), host, int(port), called, pace=Pace(speed=speed)):
        taken, refused = taken + answer.acknowledged, refused + (not answer.acknowledged)
    if out is not None:
        write_truth(scenario, tally, out)
    return {"exams": tally.counts["exams"], "taken": taken, "refused": refused}


def _counted(scenario: "Scenario", tally: "Tally") -> "Iterator[SimulatedExam]":
    from doseloop.simulate.scenario.play import played_exams

    for played in played_exams(scenario):
        tally.add(played)
        yield played.simulated
