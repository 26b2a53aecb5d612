"""Reader processes: objects are read in children that can be ended, so that a hostile object costs only itself.

A child gets a task and a path, and answers with data (msgpack) that the parent checks against the model; never with a
pickle. The parent holds it to a wall time, the child holds itself to a size. Children come from a fork server that has
imported the reader and nothing else of ours, so a pool must be made before any database is open. When the parent ends,
however it ends, the kernel ends its children, even one that is stuck.
"""

import fcntl
import logging
import multiprocessing
import os
import queue
import resource
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Literal, Self

import msgspec

from doseloop.model.ct_series import CtSlice, MeasuredImage, SeriesHeader
from doseloop.model.dose_object import Deidentified, DoseObject, ReadResult
from doseloop.model.errors import DoseloopError, NotDose, ObjectError, ReaderStopped, TooLarge
from doseloop.reading.ct_pixels import Measure, measured_image
from doseloop.reading.deidentify import deidentify
from doseloop.reading.head import object_bytes
from doseloop.reading.limits import DEFAULT_LIMITS, MEBIBYTE, ReadLimits
from doseloop.reading.object import read_content_tree, read_object
from doseloop.reading.sr import ContentItem
from doseloop.reading.values import CodeMemory

Task = Literal["read", "tree", "deidentify", "measure"]
_STARTING = threading.Lock()
PRELOADED = ["doseloop.reading.process"]
_LONGEST_ANSWER = 256 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What one reader process may use."""

    memory_bytes: int = 512 * MEBIBYTE
    """Address space beyond what an idle reader has."""
    wall_s: float = 5.0
    """Time for one object, from the task to the answer."""


class _Job(msgspec.Struct, frozen=True, array_like=True):
    task: Task
    path: str
    key: bytes = b""
    """Of pseudonyms; with `deidentify` alone."""


class _Dose(msgspec.Struct, frozen=True, tag="dose"):
    result: ReadResult


class _Tree(msgspec.Struct, frozen=True, tag="tree"):
    root: ContentItem


class _Clean(msgspec.Struct, frozen=True, tag="clean"):
    clean: Deidentified


class _Measured(msgspec.Struct, frozen=True, tag="measured"):
    image: MeasuredImage | None


class _Failed(msgspec.Struct, frozen=True, tag="failed"):
    code: str
    message: str


_Answer = _Dose | _Tree | _Clean | _Measured | _Failed
_ANSWERS = msgspec.msgpack.Decoder(_Answer)
_JOBS = msgspec.msgpack.Decoder(_Job)


def _every(kind: type[DoseloopError]) -> dict[str, type[DoseloopError]]:
    found = {kind.code: kind}
    for below in kind.__subclasses__():
        found |= _every(below)
    return found


_ERRORS = _every(ObjectError) | _every(NotDose)


class ReaderPool:
    """A few long-lived reader processes. Thread-safe: as many threads read at once as there are processes."""

    def __init__(
        self,
        size: int,
        limits: ProcessLimits = ProcessLimits(),
        reading: ReadLimits = DEFAULT_LIMITS,
        measure: Measure | None = None,
    ) -> None:
        """Start `size` processes; before any database is open. `measure`: what measures CT images, a function of a module; None to
        leave their pixels unread."""
        self._limits = limits
        self._reading = reading
        self._measure = measure
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([*PRELOADED, measure.__module__] if measure else PRELOADED)
        self._idle: queue.LifoQueue[_Child] = queue.LifoQueue()
        self._size = size
        self._closing = threading.Event()
        for _ in range(size):
            self._idle.put(self._new_child())

    def read(self, path: Path) -> ReadResult:
        """What the object in a file says about dose. Raises `NotDose`, an `ObjectError`, or `ReaderStopped`."""
        answer = self._ask("read", path)
        if not isinstance(answer, _Dose):
            raise ReaderStopped("the reader process answered something else than it was asked for")
        return self._with_measures(path, answer.result)

    def tree(self, path: Path) -> ContentItem:
        """The content tree of the report in a file. Raises `NotDose`, an `ObjectError`, or `ReaderStopped`."""
        answer = self._ask("tree", path)
        if not isinstance(answer, _Tree):
            raise ReaderStopped("the reader process answered something else than it was asked for")
        return answer.root

    def deidentified(self, path: Path, key: bytes) -> Deidentified:
        """The object in a file without identity, pseudonyms under `key` in its place, and what it then says about dose.

        No identity leaves the reader process. Raises `NotDose`, an `ObjectError`, or `ReaderStopped`.
        """
        answer = self._ask("deidentify", path, key)
        if not isinstance(answer, _Clean):
            raise ReaderStopped("the reader process answered something else than it was asked for")
        return replace(answer.clean, result=self._with_measures(path, answer.clean.result))

    def _with_measures(self, path: Path, result: ReadResult) -> ReadResult:
        """The reading with what the pixels of a CT image give. A task of its own, so that pixels which end a reader, or cannot be
        read, change nothing of what the header says."""
        if self._measure is None or result.dose.kind != "ct image":
            return result
        try:
            answer = self._ask("measure", path)
        except (ObjectError, NotDose):
            return replace(result, measured=_stopped(result.dose))
        return replace(result, measured=answer.image) if isinstance(answer, _Measured) else result

    def close(self) -> None:
        """End the processes, once each has finished its object."""
        if self._closing.is_set():
            return
        self._closing.set()
        for _ in range(self._size):
            self._idle.get().end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _new_child(self) -> "_Child":
        return _Child(self._context, self._limits, self._reading, self._measure)

    def _ask(self, task: Task, path: Path, key: bytes = b"") -> _Dose | _Tree | _Clean | _Measured:
        if self._closing.is_set():
            raise ReaderStopped("the reader processes are being ended")
        child = self._idle.get()
        if not child.is_alive():  # it died while idle, which is no fault of this object
            child.kill()
            child = self._new_child()
        try:
            answer = child.ask(_Job(task, str(path), key))
        except BaseException:
            child.kill()
            child = self._new_child()
            raise
        finally:
            self._idle.put(child)
        if isinstance(answer, _Failed):
            raise _ERRORS.get(answer.code, ObjectError)(answer.message)
        return answer


class _Child:
    """One reader process and the parent's end of its pipe."""

    __slots__ = ("_pipe", "_process", "_wall_s")

    def __init__(
        self,
        context: multiprocessing.context.ForkServerContext,
        limits: ProcessLimits,
        reading: ReadLimits,
        measure: Measure | None,
    ) -> None:
        self._wall_s = limits.wall_s
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(far_end, limits.memory_bytes, reading, measure), daemon=True
        )
        with _without_main():
            self._process.start()
        far_end.close()

    def ask(self, job: _Job) -> _Answer:
        """Hand over one job and wait for its answer. Raises `ReaderStopped` where none comes in time or the child dies."""
        where = Path(job.path).name
        try:
            self._pipe.send_bytes(msgspec.msgpack.encode(job))
            if not self._pipe.poll(self._wall_s):
                raise ReaderStopped(f"reading {where} took longer than {self._wall_s:g} s")
            answer: _Answer = _ANSWERS.decode(self._pipe.recv_bytes(_LONGEST_ANSWER))
            return answer
        except (EOFError, OSError) as error:
            self._process.join(1)
            raise ReaderStopped(f"the reader process died on {where} ({_why(self._process.exitcode)})") from error
        except msgspec.ValidationError as error:
            raise ReaderStopped(f"the answer about {where} does not fit the model: {error}") from error

    def is_alive(self) -> bool:
        """Whether the process runs and waits for a job."""
        return self._process.is_alive()

    def kill(self) -> None:
        """End the process now and wait until it is gone."""
        self._process.kill()
        self.end()

    def end(self) -> None:
        """Close the pipe, which ends an idle process, and wait until it is gone."""
        self._pipe.close()
        self._process.join(self._wall_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module while a process starts: a child would import it again, and with it Django and what it opens."""
    with _STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _why(exit_code: int | None) -> str:
    if exit_code is None:
        return "it closed its pipe"
    return f"signal {signal.Signals(-exit_code).name}" if exit_code < 0 else f"exit status {exit_code}"


def _stopped(dose: DoseObject) -> MeasuredImage | None:
    """What is told of a CT image of which the pixels ended the reader; None for a localiser."""
    if dose.image is None or "LOCALIZER" in dose.image.image_type:
        return None
    header = SeriesHeader(dose.series_uid or "", acquisition_number=dose.image.acquisition_number or "")
    uid = next((event.event_uid.value for event in dose.ct_events if event.event_uid), "")
    return MeasuredImage(replace(header, event_uid=uid), (CtSlice(dose.sop_instance_uid, why_not="reader-stopped"),))


def _serve(pipe: Connection, memory_bytes: int, limits: ReadLimits, measure: Measure | None) -> None:
    """What a reader process does until its pipe closes."""
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal is for the parent to handle
    most = _address_space() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)  # its warnings quote what an element says
    memory = CodeMemory()
    while True:
        try:
            job = _JOBS.decode(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        pipe.send_bytes(msgspec.msgpack.encode(_answer(job, limits, memory, measure)))


def _end_with_parent() -> None:
    """Let the kernel end this process by SIGIO when the pipe to its parent closes.

    The signal of a parent's death (PR_SET_PDEATHSIG) is of no use here: the parent by kinship is the fork server, which
    lives as long as one of its children.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, fcntl.fcntl(parent.sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([parent.sentinel], [], [], 0)[0]:  # it ended before the signal was asked for
        os.kill(os.getpid(), signal.SIGKILL)


def _answer(job: _Job, limits: ReadLimits, memory: CodeMemory, measure: Measure | None) -> _Answer:
    try:
        if job.task == "measure":
            return _Measured(measured_image(Path(job.path), limits, measure) if measure else None)
        data = _bytes_of(Path(job.path), limits)
        if job.task == "tree":
            return _Tree(read_content_tree(data, limits, memory))
        if job.task == "deidentify":
            return _Clean(deidentify(data, job.key, limits, memory))
        return _Dose(read_object(data, limits, memory))
    except DoseloopError as error:
        return _Failed(error.code, str(error))
    except OSError as error:
        return _Failed(ObjectError.code, f"the file cannot be read: {error.strerror}")
    except MemoryError:
        return _Failed(ReaderStopped.code, "reading needed more memory than a reader process may have")


def _bytes_of(path: Path, limits: ReadLimits) -> bytes:
    size = path.stat().st_size
    if size > limits.object_bytes:
        raise TooLarge(f"an object of {size} bytes, where a reader takes {limits.object_bytes}")
    return object_bytes(path, limits)


def _address_space() -> int:
    """Bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()
