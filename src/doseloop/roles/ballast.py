"""The ballast: space that is held on the disk of the data folder and given up when the disk is full.

Receiving stops at `floor_bytes`. Should something else fill the disk all the same, log-ins, pages and their audit rows
still need a few pages of the record: the ballast is that room. It is taken again once the disk is above its floor.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

_IN_NEED = 16
"""The ballast goes once less than this part of it is free beside it."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ballast:
    """A file of zeros without a use of its own."""

    path: Path
    size: int

    def tend(self, floor_bytes: int) -> None:
        """Take the space where there is plenty, give it up in need. Cheap: for a loop."""
        if not self.size:
            return
        disk = os.statvfs(self.path.parent)
        free = disk.f_bavail * disk.f_frsize
        if free < self.size // _IN_NEED:
            self._give_up()
        elif free > floor_bytes + 2 * self.size and not self.path.exists():
            self._take()

    def _give_up(self) -> None:
        with suppress(OSError):  # not there, or the disk is read-only: there is nothing to give
            self.path.unlink()
            _log.error("the disk is full: the ballast was given up", bytes=self.size)

    def _take(self) -> None:
        draft = self.path.with_suffix(".draft")
        try:
            with draft.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self.size)
            draft.replace(self.path)
        except OSError as error:
            _log.warning("no room for the ballast", error=error.strerror)
            with suppress(OSError):
                draft.unlink(missing_ok=True)
