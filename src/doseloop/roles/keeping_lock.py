"""One at a time: a backup, or the replacement of a key, over one data folder. Objects arrive and are read meanwhile."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from doseloop.model.errors import SetupError
from doseloop.roles.data_folder import DataFolder


@contextmanager
def keeping(folder: DataFolder) -> Iterator[None]:
    """Hold the lock. Errors: `SetupError` where another command has it."""
    descriptor = os.open(folder.root / "keeping.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise SetupError("A backup runs, or a key is being replaced: wait until it has ended.") from None
    finally:
        os.close(descriptor)
