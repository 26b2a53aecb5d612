"""A run: spoilt objects through real reader processes, what became of each, and the figures of all."""

import json
import os
import re
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

import psutil

from doseloop.model.errors import DoseloopError
from doseloop.reading.limits import MEBIBYTE
from doseloop.reading.object import read_object
from doseloop.reading.process import ProcessLimits, ReaderPool
from tests.mutation import damage
from tests.mutation.judgement import Outcome, Published, Verdict, judged, published, was_stopped
from tests.mutation.mutant import Mutant, Mutator
from tests.mutation.mutators import EVERY_TAG, MUTATORS
from tests.mutation.seeds import Seed, seeds

LIMITS = ProcessLimits()
READERS = 2
PARENT_MAY_GROW_BYTES = 192 * MEBIBYTE
DEIDENTIFIED_EACH = 11
"""One in so many is also de-identified, and its tree read; a prime, so that every mutator has its turn."""
KEY = b"k" * 32


@dataclass(frozen=True, slots=True)
class Input:
    """One spoilt object with where it comes from."""

    number: int
    mutator: Mutator
    seed: Seed
    mutant: Mutant


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of it."""

    input: Input
    verdict: Verdict
    seconds: float
    problem: str
    """Why the run fails, empty where it does not."""


@dataclass(slots=True)
class Row:
    """The figures of one mutator."""

    inputs: int = 0
    states: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    fewer: int = 0
    undetectable: int = 0
    wrong: int = 0


@dataclass(slots=True)
class Figures:
    """The figures of a run."""

    rows: dict[str, Row] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: str = ""
    reader_bytes: int = 0
    parent_grew_bytes: int = 0

    @property
    def inputs(self) -> int:
        """How many objects were spoilt."""
        return sum(row.inputs for row in self.rows.values())

    def add(self, one: Judged) -> None:
        """Count one."""
        row = self.rows.setdefault(one.input.mutator.name, Row())
        row.inputs += 1
        row.states[one.verdict.state] += 1
        row.codes[one.verdict.code] += bool(one.verdict.code)
        row.fewer += one.verdict.fewer
        row.undetectable += bool(one.verdict.wrong) and not one.input.mutant.detectable
        row.wrong += bool(one.verdict.wrong) and one.input.mutant.detectable
        if one.seconds > self.slowest_s:
            self.slowest_s = one.seconds
            self.slowest = f"{one.input.number} {one.input.mutator.name}, {one.input.seed.name}"
        if one.problem:
            self.problems.append(f"{one.input.number} {one.input.mutator.name}, {one.input.seed.name}: {one.problem}")


def planned(count: int, seed: int, mutators: tuple[Mutator, ...] = MUTATORS) -> Iterator[Input]:
    """So many inputs, the mutators in turn and the seeds by chance; the same arguments give the same bytes."""
    for number in range(count):
        yield one_input(number, seed, mutators)


def one_input(number: int, seed: int, mutators: tuple[Mutator, ...] = MUTATORS) -> Input:
    """The input of that number."""
    chance, mutator = Random(f"{seed} {number}"), mutators[number % len(mutators)]
    chosen = chance.choice(seeds())
    return Input(number, mutator, chosen, mutator.mutate(chosen, chance))


def cut_at_every_tag(seed: Seed) -> Iterator[Input]:
    """A seed cut before each of its elements."""
    for boundary in seed.body.boundaries:
        yield Input(boundary, EVERY_TAG, seed, damage.cut_at(seed, boundary))


def uncaught_cuts(chosen: Iterable[Seed]) -> tuple[int, list[str]]:
    """The seeds cut before each of their elements, read here: how many cuts, and those taken for whole or for other."""
    cuts, problems = 0, []
    for seed in chosen:
        for cut in cut_at_every_tag(seed):
            cuts += 1
            verdict = judged(_read_here(cut.mutant.file), sound(seed))
            if verdict.wrong or (verdict.fewer and cut.mutant.detectable):
                problems.append(f"{seed.name}, {cut.mutant.done}: {verdict}")
    return cuts, problems


def _read_here(file: bytes) -> Outcome:
    try:
        return read_object(file)
    except DoseloopError as error:
        return error


@cache
def sound(seed: Seed) -> Published | None:
    """What the sound object publishes, None where it holds no dose."""
    outcome = _read_here(seed.file)
    return None if isinstance(outcome, DoseloopError) else published(outcome)


@dataclass(frozen=True, slots=True)
class Bench:
    """Reader processes with a folder for what they read."""

    pool: ReaderPool
    folder: Path

    def judge(self, one: Input) -> Judged:
        """Read one input as the worker does."""
        path = self.folder / f"{one.number}-{id(one)}.dcm"
        path.write_bytes(one.mutant.file)
        began = time.monotonic()
        try:
            outcome: Outcome = self._read(path)
            seconds = time.monotonic() - began
            other = self._otherwise(path) if one.number % DEIDENTIFIED_EACH == 0 else None
        finally:
            path.unlink()
        verdict = judged(outcome, sound(one.seed))
        stopped = outcome if was_stopped(outcome) else other
        return Judged(one, verdict, seconds, _problem(one.mutant, verdict, stopped))

    def _read(self, path: Path) -> Outcome:
        try:
            return self.pool.read(path)
        except DoseloopError as error:
            return error

    def _otherwise(self, path: Path) -> DoseloopError | None:
        """How a reader was stopped by the object's tree or its de-identification, None where it was not."""
        for task in (self.pool.tree, lambda path: self.pool.deidentified(path, KEY)):
            try:
                task(path)
            except DoseloopError as error:
                if was_stopped(error):
                    return error
        return None


def _problem(mutant: Mutant, verdict: Verdict, stopped: Outcome | None) -> str:
    if stopped is not None:
        return f"{mutant.done}: a reader was stopped: {stopped}"
    if verdict.wrong and mutant.detectable:
        return f"{mutant.done}: {'; '.join(verdict.wrong[:3])}"
    return ""


def run(inputs: Iterable[Input], failures: Path | None = None) -> Figures:
    """Every input through a pool of readers. What fails is written to `failures`, with where it comes from."""
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder, ReaderPool(READERS, LIMITS) as pool:
        before = _own_peak_bytes()
        readers = reader_processes()
        bench = Bench(pool, Path(folder))
        for batch in _batched(inputs, 64):
            with ThreadPoolExecutor(READERS) as threads:
                for one in threads.map(bench.judge, batch):
                    figures.add(one)
                    if one.problem and failures:
                        keep(one, failures)
        figures.parent_grew_bytes = _own_peak_bytes() - before
        figures.reader_bytes = max(map(_peak_bytes, reader_processes()), default=0)
        if readers != reader_processes():
            figures.problems.append("a reader process was replaced")
    if figures.parent_grew_bytes > PARENT_MAY_GROW_BYTES:
        figures.problems.append(f"the parent grew by {figures.parent_grew_bytes:,} bytes")
    if figures.reader_bytes > LIMITS.memory_bytes:
        figures.problems.append(f"a reader needed {figures.reader_bytes:,} bytes")
    return figures


def _batched(inputs: Iterable[Input], size: int) -> Iterator[list[Input]]:
    batch: list[Input] = []
    for one in inputs:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def reader_processes() -> set[int]:
    """Reader processes are children of the fork server, which is a child of this process."""
    return {one.pid for one in psutil.Process().children(recursive=True) if one.ppid() != os.getpid()}


def _peak_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def _own_peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def keep(one: Judged, folder: Path) -> None:
    """Write an input that failed, and beside it what it is."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", f"{one.input.number}-{one.input.mutator.name}-{one.input.seed.name}")
    (folder / f"{name}.dcm").write_bytes(one.input.mutant.file)
    told = {
        "number": one.input.number,
        "mutator": one.input.mutator.name,
        "seed": one.input.seed.name,
        "done": one.input.mutant.done,
        "problem": one.problem,
    }
    (folder / f"{name}.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
