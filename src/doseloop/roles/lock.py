"""The lock on a data folder: one `serve` of all roles, or roles that run alone side by side.

It is inherited by children. A new `serve` waits until the last child of one that was killed has ended, so that nothing is
swept away under a receiver that still writes.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from doseloop.model.errors import SetupError
from doseloop.roles.data_folder import DataFolder

_WAIT_S = 15.0


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that is held."""

    descriptor: int
    first: bool
    """Whether nobody else held it: then the record may be brought up to date and the spool swept."""

    def share(self) -> None:
        """Let roles that run alone in too."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)


@contextmanager
def held(folder: DataFolder, *, alone: bool) -> Iterator[Lock]:
    """Hold the data folder's lock: alone, or beside other roles that run alone.

    Errors: `SetupError` where another Doseloop keeps it longer than an ending one would.
    """
    descriptor = os.open(folder.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield Lock(descriptor, _taken(descriptor, folder, alone))
    finally:
        os.close(descriptor)


def _taken(descriptor: int, folder: DataFolder, alone: bool) -> bool:
    give_up = time.monotonic() + _WAIT_S
    while time.monotonic() < give_up:
        if _try(descriptor, fcntl.LOCK_EX):
            return True
        if not alone and _try(descriptor, fcntl.LOCK_SH):
            return False
        time.sleep(0.1)
    raise SetupError(f"Another Doseloop runs over {folder.root}: end it, or choose another folder by --data.")


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
