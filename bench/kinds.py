"""Processor time of the whole chain by kind of object: from the inbox through a real reader process to the exam, flags and facts.

    python -m bench.kinds [OBJECTS]

In a process of its own over an empty record. Objects a second a core is one over the processor time of one object, of this
process and of its readers together; the machine's load changes it less than it changes the clock.
"""

import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

import psutil
from pydicom import Dataset

from doseloop.simulate.day import objects
from tests.reading import images, reports

LIMIT_PER_S, LIMIT_READER_MIB = 100, 150
_NUMBER = "1999999"
"""Stands where each object of a kind has its own number."""
_BATCH, _LEASE = 16, timedelta(minutes=10)
_MIX = {"CT report": 60, "image header": 25, "small angiography": 10, "large angiography": 5}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind or mix: milliseconds of processor time an object, and the largest reader's resident memory, MiB."""

    name: str
    objects: int
    put_ms: float
    read_ms: float
    settle_ms: float
    reader_mib: float

    @property
    def per_s(self) -> float:
        """Objects a second that one core does."""
        return 1000 / (self.put_ms + self.read_ms + self.settle_ms)


def measure(number: int = 300) -> list[Kind]:
    """Every kind alone, then the mix, each over a record of its own."""
    return [_measured_apart(name, number) for name in (*_MIX, "mix")]


def table(found: list[Kind]) -> str:
    """The figures beside the limits."""
    lines = [f"the whole chain by kind, processor time (limit {LIMIT_PER_S} objects/s a core on the mix):"]
    lines += [
        f"  {one.name:<18} put {one.put_ms:5.1f} ms, read {one.read_ms:5.1f}, settle {one.settle_ms:5.1f}: {one.per_s:4.0f}/s"
        for one in found
    ]
    largest = max(one.reader_mib for one in found)
    return "\n".join((*lines, f"  largest reader process {largest:.0f} MiB (limit {LIMIT_READER_MIB} MiB)"))


def contents(name: str, number: int) -> Iterator[bytes]:
    """So many different objects of a kind, or of the mix."""
    made = {kind: _MAKERS[kind](number) for kind in _MIX if name in (kind, "mix")}
    turns = [kind for kind, share in _MIX.items() for _ in range(share // 5)] if name == "mix" else [name]
    return islice((next(made[kind]) for kind in cycle(turns)), number)


def _ct(number: int) -> Iterator[bytes]:
    return iter(list(objects(number, 11, mix={"CT": 1.0})))


def _headers(number: int) -> Iterator[bytes]:
    makers: tuple[Callable[..., Dataset], ...] = (images.radiograph, images.mammogram, images.nuclear, images.ct)
    for place, maker in zip(range(number), cycle(makers), strict=False):
        made = maker()
        made.SOPInstanceUID, made.StudyInstanceUID = f"2.25.77{place}", f"2.25.88{place}"
        made.SeriesInstanceUID, made.PatientID = f"2.25.99{place}", f"Q{place % 500}"
        yield reports.encode(made)


def _angiography(runs: int) -> Callable[[int], Iterator[bytes]]:
    """Reports of so many runs that differ in their UIDs and patients; encoded once, since pydicom takes long for it."""

    def made(number: int) -> Iterator[bytes]:
        report = reports.angiography(runs)
        report.SOPInstanceUID, report.StudyInstanceUID = f"2.25.55{runs}{_NUMBER}", f"2.25.66{runs}{_NUMBER}"
        report.PatientID = f"Q{_NUMBER}"
        for event in report.ContentSequence:
            for item in getattr(event, "ContentSequence", []):
                if "UID" in item:
                    item.UID = f"{item.UID}.{runs}.{_NUMBER}"
        encoded = reports.encode(report)
        return (encoded.replace(_NUMBER.encode(), b"1%06d" % place) for place in range(number))

    return made


_MAKERS: dict[str, Callable[[int], Iterator[bytes]]] = {
    "CT report": _ct,
    "image header": _headers,
    "small angiography": _angiography(12),
    "large angiography": _angiography(108),
}


def _measured_apart(name: str, number: int) -> Kind:
    """In a process of its own: Django takes one record a process."""
    command = [sys.executable, "-m", "bench.kinds", name, str(number)]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return Kind(name, number, *map(float, told.split()))


def _measured(name: str, number: int, data: Path) -> Kind:
    from doseloop.roles.record import open_record

    options, folder = open_record(data)
    from doseloop.reading.process import ReaderPool
    from doseloop.roles.readers import limits_of, reading_limits_of
    from doseloop.roles.worker import pipeline_of
    from doseloop.store import claims
    from doseloop.store.inbox import Origin

    pool = ReaderPool(1, limits_of(options), reading_limits_of(options))
    pipeline = pipeline_of(options, folder, pool.read)
    made = list(contents(name, number))
    began = time.process_time()
    for content in made:
        pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    put, read, settled = time.process_time() - began, _readers_s(), 0.0
    own = time.process_time()
    while taken := claims.claim("bench", _BATCH, _LEASE):
        outcomes = [pipeline.read(claim) for claim in taken]
        before = time.process_time()
        for claim, outcome in zip(taken, outcomes, strict=True):
            pipeline.settle(claim, outcome)
        settled += time.process_time() - before
    asked = time.process_time() - own - settled
    memory = max(child.memory_info().rss for child in _readers()) / 2**20
    figures = [1000 * one / number for one in (put, _readers_s() - read + asked, settled)]
    pool.close()
    return Kind(name, number, *figures, memory)


def _readers() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _readers_s() -> float:
    return sum(child.cpu_times().user + child.cpu_times().system for child in _readers())


def main() -> None:
    """Every kind, or with a kind's name the figures of that kind alone."""
    if len(sys.argv) < 3:
        print(table(measure(*map(int, sys.argv[1:]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        one = _measured(sys.argv[1], int(sys.argv[2]), Path(folder) / "data")
    print(one.put_ms, one.read_ms, one.settle_ms, one.reader_mib)


if __name__ == "__main__":
    main()
