"""A key in a file that can be replaced while it is used: the one before it stays beside it until nothing needs it.

Who seals something holds the folder of the keys (flock(2), shared) until it is written; who replaces the key holds it alone
for a moment. So whatever is written after the replacement is sealed with the new key.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from doseloop.store.durable import draft, sweep, sync_folder

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The current key and, while it is being replaced, the one before."""

    path: Path
    """The current key's file."""

    @property
    def before(self) -> Path:
        """The file of the key before; there only while something may still need it."""
        return self.path.with_name(f"{self.path.name}.before")

    @contextmanager
    def sealing(self) -> Iterator[bytes]:
        """The current key, which is not replaced until what is sealed with it is written."""
        with self._held(fcntl.LOCK_SH):
            yield self.path.read_bytes()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody seals anything meanwhile."""
        with self._held(fcntl.LOCK_EX):
            yield

    def opening(self) -> tuple[bytes, ...]:
        """The keys with which something may be sealed, the current one first."""
        keys = [self.path.read_bytes()]
        with suppress(FileNotFoundError):
            keys.append(self.before.read_bytes())
        return tuple(key for key in keys if len(key) == KEY_BYTES)

    def make(self) -> None:
        """Make the key where there is none, durably: before anything is sealed with it. Two that race get the same one."""
        with self._held(fcntl.LOCK_SH), draft("keys", self.path.parent) as fresh:
            fresh.write(secrets.token_bytes(KEY_BYTES))
            fresh.become(self.path, first=True)

    def replace(self) -> None:
        """Make a new key current and keep the one before, unless that was begun already. Killed at any moment and called
        again, it ends as if it had been called once."""
        with self.alone():
            sweep(self.path.parent)
            begun = self.before.exists()
            if begun and self.before.read_bytes() != self.path.read_bytes():
                return
            with draft("keys", self.path.parent) as fresh:
                fresh.write(secrets.token_bytes(KEY_BYTES))
                if not begun:
                    os.link(self.path, self.before)
                    sync_folder(self.path.parent)
                fresh.become(self.path)

    def forget_before(self) -> bool:
        """Destroy the key before: overwritten, then removed. False where there is none."""
        if not self.before.exists():
            return False
        _overwrite(self.before)
        self.before.unlink()
        sync_folder(self.path.parent)
        return True

    @contextmanager
    def _held(self, kind: int) -> Iterator[None]:
        descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)


def _overwrite(path: Path) -> None:
    """Write zeros in place of a key."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
