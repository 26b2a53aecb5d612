"""A turn in a queue of processes and threads: two locks on files (flock(2)), whose waiters the kernel wakes in order.

The kernel wakes who waits but does not hand the lock over: somebody who has just ended a turn and wants the next one takes
it again before the other runs, on a busy machine for seconds on end. So whoever wants the turn first becomes the next one,
and is that until the turn comes: there is one next, and nobody takes a free turn past it.
"""

import fcntl
import os
import threading


def take(path: str, seconds: float) -> int | None:
    """Wait for the turn; the descriptor that holds it until it is closed, None where it does not come in time.

    flock(2) knows no time limit, so a thread waits on behalf of the caller; one whose caller has given up lets the turn
    pass when it comes.
    """
    following = _opened(f"{path}-next")
    try:
        turn = _opened(path)
    except OSError:
        os.close(following)
        raise
    if _at_once(following) and _at_once(turn):
        os.close(following)
        return turn
    return turn if _Waiter(following, turn).within(seconds) else None


def _opened(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _at_once(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class _Waiter:
    """Waits for the turn in a thread of its own. Owns the descriptors once its caller has given up."""

    def __init__(self, following: int, turn: int) -> None:
        self._following, self._turn = following, turn
        self._came, self._given_up = threading.Event(), False
        self._deciding = threading.Lock()
        threading.Thread(target=self._wait, daemon=True).start()

    def within(self, seconds: float) -> bool:
        """Whether the turn came in time."""
        self._came.wait(seconds)
        with self._deciding:
            self._given_up = not self._came.is_set()
        return not self._given_up

    def _wait(self) -> None:
        fcntl.flock(self._following, fcntl.LOCK_EX)
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        os.close(self._following)
        with self._deciding:
            if self._given_up:
                os.close(self._turn)
            else:
                self._came.set()
