"""Writes the objects of a scenario into a folder, and the truth beside them once they are all there."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from doseloop.model.errors import UnusableInput
from doseloop.simulate.department import Scanner
from doseloop.simulate.report import encode
from doseloop.simulate.scenario.changes import scanners
from doseloop.simulate.scenario.entries import Scenario
from doseloop.simulate.scenario.play import PlayedExam, scanner_exams
from doseloop.simulate.scenario.truth import Tally, truth

TRUTH = "truth.json"
OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class Written:
    """How much was written."""

    exams: int
    objects: int


def write(scenario: Scenario, folder: Path, processes: int = 1) -> Written:
    """Every object as `objects/DAY/TIME_ACCESSION_NUMBER.dcm`, by the moment at which it leaves its scanner.

    Sorted by their paths the files come as the scanners send them. The same scenario gives the same bytes with any
    number of processes. Errors: `UnusableInput` where the folder is not empty or cannot be written to, `SimulationError`.
    """
    prepare(folder)
    busiest_first = sorted(scanners(scenario), key=lambda scanner: -_work(scanner))
    tally = Tally()
    with _writing(folder):
        for one in _written(scenario, busiest_first, folder / OBJECTS, processes):
            tally.join(one)
    write_truth(scenario, tally, folder)
    return Written(tally.counts["exams"], tally.counts["objects"])


def prepare(folder: Path) -> None:
    """An empty folder. Errors: `UnusableInput` where something is in it, or it cannot be made."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UnusableInput(f"{folder} is not empty; name a new folder.")


def write_truth(scenario: Scenario, tally: Tally, folder: Path) -> None:
    """`truth.json`; it appears whole or not at all. Errors: `UnusableInput`."""
    waiting = folder / f"{TRUTH}.part"
    with _writing(folder):
        waiting.write_text(json.dumps(truth(scenario, tally), indent=1, ensure_ascii=False) + "\n", "utf-8")
        waiting.replace(folder / TRUTH)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnusableInput(f"{folder} cannot be written to: {error.strerror}.") from None


def _work(scanner: Scanner) -> float:
    """Reports of angiography take some five times as long to write."""
    return scanner.exams_per_week * (5 if scanner.modality == "XA" else 1)


def _written(scenario: Scenario, busy: list[Scanner], folder: Path, processes: int) -> Iterable[Tally]:
    if processes == 1:
        return [_write_scanner(scenario, scanner, folder) for scanner in busy]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(_write_scanner, repeat(scenario), busy, repeat(folder)))


def _write_scanner(scenario: Scenario, scanner: Scanner, folder: Path) -> Tally:
    tally = Tally()
    for played in scanner_exams(scenario, scanner):
        _write_exam(played, folder)
        tally.add(played)
    return tally


def _write_exam(played: PlayedExam, folder: Path) -> None:
    for number, delivery in enumerate(played.simulated.deliveries, 1):
        day = folder / delivery.at.date().isoformat()
        day.mkdir(parents=True, exist_ok=True)
        name = f"{delivery.at:%H%M%S}_{played.exam.accession}_{number}.dcm"
        (day / name).write_bytes(encode(delivery.report))
