"""A turn in a queue of processes and threads: a lock on a file (flock(2)), whose waiters the kernel wakes in order."""

import fcntl
import os
import threading


def take(path: str, seconds: float) -> int | None:
    """Wait for the turn; the descriptor that holds it until it is closed, None where it does not come in time.

    flock(2) knows no time limit, so a thread waits on behalf of the caller; one whose caller has given up lets the turn
    pass when it comes.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return descriptor if _Waiter(descriptor).within(seconds) else None
    return descriptor


class _Waiter:
    """Waits for the lock in a thread of its own. Owns the descriptor once its caller has given up."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._came, self._given_up = threading.Event(), False
        self._deciding = threading.Lock()
        threading.Thread(target=self._wait, daemon=True).start()

    def within(self, seconds: float) -> bool:
        """Whether the lock came in time."""
        self._came.wait(seconds)
        with self._deciding:
            self._given_up = not self._came.is_set()
        return not self._given_up

    def _wait(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        with self._deciding:
            if self._given_up:
                os.close(self._descriptor)
            else:
                self._came.set()
