"""Reader processes: an object that hangs, swells or kills its reader costs only itself."""

import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from doseloop.model.errors import NotDicom, NotDose, ReaderStopped
from doseloop.reading.deidentify import deidentify
from doseloop.reading.object import read_content_tree, read_object
from doseloop.reading.process import ProcessLimits, ReaderPool
from tests.reading import reports

PARENT = """
import sys
import threading
from pathlib import Path
from doseloop.reading.process import ProcessLimits, ReaderPool
Path(sys.argv[2]).open("a").write(__name__ + "\\n")
if __name__ == "__main__":
    pool = ReaderPool(2, ProcessLimits(wall_s=60))
    threading.Thread(target=pool.read, args=(Path(sys.argv[1]),), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.dcm"
    path.write_bytes(reports.encode(reports.ct_report(2)))
    return path


@pytest.fixture
def hanging(tmp_path: Path) -> Path:
    """A file that never comes to an end: nobody writes to it."""
    path = tmp_path / "hanging.dcm"
    os.mkfifo(path)
    return path


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(2, ProcessLimits(wall_s=1.0)) as made:
        yield made


def kill_the_readers() -> None:
    """Reader processes are children of the fork server, which is a child of this process."""
    for process in psutil.Process().children(recursive=True):
        if process.ppid() != os.getpid():
            process.kill()


def test_a_reading_through_a_process_equals_the_reading(pool: ReaderPool, report: Path) -> None:
    assert pool.read(report) == read_object(report.read_bytes())


def test_a_tree_through_a_process_equals_the_tree(pool: ReaderPool, report: Path) -> None:
    assert pool.tree(report) == read_content_tree(report.read_bytes())


def test_an_object_is_de_identified_in_the_process(pool: ReaderPool, report: Path) -> None:
    assert pool.deidentified(report, b"k" * 32) == deidentify(report.read_bytes(), b"k" * 32)


def test_an_object_that_cannot_be_de_identified_is_refused_for_what_it_is(pool: ReaderPool, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague")
    with pytest.raises(NotDicom):
        pool.deidentified(tmp_path / "letter.txt", b"k" * 32)


def test_errors_come_back_as_what_they_are(pool: ReaderPool, report: Path, tmp_path: Path) -> None:
    other = reports.ct_report()
    other.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    other.Modality = "CT"
    del other.ContentSequence
    (tmp_path / "image.dcm").write_bytes(reports.encode(other))
    (tmp_path / "letter.txt").write_text("Dear colleague")
    with pytest.raises(NotDose, match="CT Image Storage"):
        pool.read(tmp_path / "image.dcm")
    with pytest.raises(NotDicom):
        pool.read(tmp_path / "letter.txt")


def test_an_object_that_hangs_is_ended_in_time_and_the_next_is_read(
    pool: ReaderPool, hanging: Path, report: Path
) -> None:
    began = time.monotonic()
    with pytest.raises(ReaderStopped, match="longer than 1 s"):
        pool.read(hanging)
    assert time.monotonic() - began < 4
    assert pool.read(report).dose.modality == "CT"


def test_an_object_that_needs_too_much_memory_is_refused_and_the_next_is_read(tmp_path: Path, report: Path) -> None:
    swelling = tmp_path / "swelling.dcm"
    with swelling.open("wb") as file:
        file.write(struct.pack("<HH2sHI", 0x0008, 0x0001, b"UN", 0, 1 << 28))  # an element that never seems to end
        file.truncate(1 << 29)
    with ReaderPool(1, ProcessLimits(memory_bytes=16 << 20)) as small:
        with pytest.raises(ReaderStopped, match="memory"):
            small.read(swelling)
        assert small.read(report).dose.modality == "CT"


def test_a_reader_that_is_killed_costs_only_its_object(hanging: Path, report: Path) -> None:
    with ReaderPool(1, ProcessLimits(wall_s=20)) as patient:
        patient.read(report)
        threading.Timer(0.3, kill_the_readers).start()
        with pytest.raises(ReaderStopped, match="SIGKILL"):
            patient.read(hanging)
        assert patient.read(report).dose.modality == "CT"


def test_threads_read_at_once(pool: ReaderPool, report: Path) -> None:
    expected = read_object(report.read_bytes())
    with ThreadPoolExecutor(4) as threads:
        assert all(result == expected for result in threads.map(pool.read, [report] * 40))


def test_a_closed_pool_reads_no_more(report: Path) -> None:
    pool = ReaderPool(1)
    pool.close()
    pool.close()
    with pytest.raises(ReaderStopped):
        pool.read(report)


def test_readers_end_when_the_parent_is_killed_and_never_run_its_main_module(hanging: Path, tmp_path: Path) -> None:
    script, names = tmp_path / "parent.py", tmp_path / "names"
    script.write_text(PARENT)
    with subprocess.Popen([sys.executable, script, hanging, names], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        time.sleep(0.5)
        below = psutil.Process(parent.pid).children(recursive=True)
        parent.kill()
    assert len(below) >= 3
    _, alive = psutil.wait_procs(below, timeout=5)
    assert alive == []
    assert names.read_text() == "__main__\n"
