"""What every role does at its start: logs without patients, an end with its parent, a name that `ps` shows."""

import ctypes
import logging
import os
import signal
import sys
import threading
import time
import traceback
from types import FrameType, TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15


def end_with_parent(parent: int) -> None:
    """Have the system end this process when the process that started it ends, however it ends (prctl(2), Linux).

    By SIGKILL: what was acknowledged is durable, and the next `serve` need not wait for roles that end in order.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)


def name_process(role: str) -> None:
    """Have `ps` and `top` show the role as the name of this process (prctl(2), Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_NAME, role.encode())


def stop_on_signal() -> threading.Event:
    """An event that SIGTERM and SIGINT set: the role then ends in order."""
    stop = threading.Event()

    def set_it(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, set_it)
    return stop


def end_within(seconds: float, stop: threading.Event) -> None:
    """Have this process end at the latest so long after `stop`, whatever still runs in it.

    What was acknowledged is on disk by then; a role that lingers would keep its port and its lock from the next one.
    """

    def watch() -> None:
        stop.wait()
        time.sleep(seconds)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def log_as(role: str) -> None:
    """Log one JSON object a line to standard error. What is logged is named in code: never a value of an object."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutValues("%(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(role=role, pid=os.getpid())


def _without_values(logger: object, method: str, event: EventDict) -> EventDict:
    """An exception as its type and frames: its message may hold what an object said about a patient."""
    if event.pop("exc_info", None):
        kind, _, frames = sys.exc_info()
        event["exception"] = kind.__name__ if kind else ""
        event["frames"] = _frames(frames)
    return event


class WithoutValues(logging.Formatter):
    """The same for what libraries log: Django and uvicorn log an exception of a request with its message."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's own name)
        """The types of the exception and of what led to it, and the frames."""
        error, told = ei[1], list[str]()
        while error is not None:
            told.append(" ".join([type(error).__name__, *_frames(error.__traceback__)]))
            error = error.__cause__ or error.__context__
        return "\n".join(told)


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
