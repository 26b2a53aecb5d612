"""Names of workers: each has one of its own while it lives, however many run over a data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from doseloop.roles.data_folder import DataFolder


@contextmanager
def own_name(folder: DataFolder) -> Iterator[str]:
    """The first free of `worker-1`, `worker-2`, ...: a worker that is started in place of a dead one has its name.

    What holds the name is a lock of the system, which ends with the process, however it ends.
    """
    locks = folder.root / "workers"
    locks.mkdir(mode=0o700, exist_ok=True)
    for number in count(1):
        descriptor = os.open(locks / f"worker-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if _taken(descriptor):
                yield f"worker-{number}"
                return
        finally:
            os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
