"""SQLite whose writers wait in a queue.

SQLite has one writer at a time and lets the others look again after pauses of up to 100 ms, in no order: beside a worker
that writes without a break, a receiver's 2 ms transaction waits for many of the worker's. Here each transaction first takes
a lock on a file beside the record (flock(2)), whose waiters the kernel wakes in turn, and holds it until it ends. A process
that dies leaves the queue at once. SQLite's own locks stay what makes it right; this only makes it fair.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection; its place in the queue is its own open file, so that threads queue as processes do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: int | None = None

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _take_turn(self) -> None:
        if self._turn is None:
            path = f"{self.settings_dict['NAME']}-queue"
            self._turn = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._turn, fcntl.LOCK_EX)

    def _end_turn(self) -> None:
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None
