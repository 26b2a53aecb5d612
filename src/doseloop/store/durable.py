"""Files that survive a power cut: written under another name, made durable, then given their own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from doseloop.store.failpoint import failpoint
from doseloop.store.filesystem import DISK, Filesystem

DRAFT = "draft-"
"""How the name of a file begins that is not yet whole."""


@dataclass(slots=True)
class Draft:
    """A file that arrives. It takes bytes, and then its name."""

    owner: str
    """Whose it is, for the names of the fail-points: `inbox`, `vault`, `facts`, `keys`, `audit`, `backup`."""
    path: Path
    files: Filesystem
    _descriptor: int = field(default=-1)

    def write(self, content: bytes) -> None:
        """Write all of the content."""
        rest = memoryview(content)
        while rest:
            rest = rest[self.files.write(self._descriptor, bytes(rest)) :]

    def become(self, path: Path, *, first: bool = False) -> None:
        """Take this name, durably: once this returns, the file is there after a power cut.

        With `first` only where nobody has it: what has it stays, and is durable too.
        """
        failpoint(f"{self.owner}: draft written, before it is durable")
        self.files.sync(self._descriptor)
        failpoint(f"{self.owner}: draft durable, before it has its name")
        if first:
            with suppress(FileExistsError):
                self.files.link(self.path, path)
        else:
            self.files.rename(self.path, path)
        failpoint(f"{self.owner}: file named, before its folder is durable")
        self.files.sync_folder(path.parent)

    def _open(self) -> None:
        self._descriptor = self.files.create(self.path)

    def _close(self) -> None:
        if self._descriptor >= 0:
            self.files.close(self._descriptor)


@contextmanager
def draft(owner: str, folder: Path, files: Filesystem = DISK) -> Iterator[Draft]:
    """A draft in the folder, on the same disk as its later place.

    What has taken no name by the end is removed, or left to the next sweep where it cannot be.
    """
    one = Draft(owner, folder / f"{DRAFT}{secrets.token_hex(8)}", files)
    try:
        one._open()
        failpoint(f"{owner}: draft begun")
        yield one
    finally:
        with suppress(OSError):  # the error that matters is on its way, or the file has its name
            one._close()
        with suppress(OSError):
            files.unlink(one.path)


def make_folder(folder: Path, files: Filesystem = DISK) -> None:
    """Make a folder within one that is there, durably: a file in a folder whose own name was lost is lost with it."""
    if files.make_folder(folder):
        files.sync_folder(folder.parent)


def sweep(folder: Path, files: Filesystem = DISK) -> int:
    """Remove drafts that a crash left in the folder. Returns how many. Nobody may have one there meanwhile."""
    left = list(folder.glob(f"{DRAFT}*"))
    for path in left:
        files.unlink(path)
    return len(left)


def sync_folder(folder: Path) -> None:
    """Make the names in the folder durable, for files that were given theirs without a draft."""
    DISK.sync_folder(folder)
