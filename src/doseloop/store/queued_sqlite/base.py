"""SQLite whose writers wait in a queue.

SQLite has one writer at a time and lets the others look again after pauses of up to 100 ms, in no order: beside a worker
that writes without a break, a receiver's 2 ms transaction waits for many of the worker's. Here each transaction first takes
a lock on a file beside the record (flock(2)), whose waiters the kernel wakes in turn, and holds it until it ends. A process
that dies leaves the queue at once. SQLite's own locks stay what makes it right; this only makes it fair.

A turn that does not come within the connection's `timeout` is an `OperationalError`, as with a lock of SQLite's own.
"""

import os
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from doseloop.store.queued_sqlite import turn

_TIMEOUT_S = 30.0


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
            name, options = self.settings_dict["NAME"], self.settings_dict.get("OPTIONS", {})
            seconds = float(options.get("timeout", _TIMEOUT_S))
            self._turn = turn.take(f"{name}-queue", seconds)
            if self._turn is None:
                raise OperationalError(
                    f"The record is locked: another transaction has held its turn for more than {seconds:g} s."
                )

    def _end_turn(self) -> None:
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None
