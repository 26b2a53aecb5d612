"""Files below a folder, opened so that no link leads out of it, whoever changes the folder meanwhile."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from doseloop.model.errors import UnsafeEntry

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Not blocking: a pipe without a writer would hold the open for ever."""
_NOT_WHAT_IT_SAYS = {errno.ELOOP, errno.ENOTDIR, errno.ENXIO}


@dataclass(frozen=True, slots=True)
class File:
    """A file by its way from a folder."""

    root: Path
    way: tuple[str, ...]

    @property
    def path(self) -> Path:
        """As it is shown. Never opened: a link could stand in it."""
        return self.root.joinpath(*self.way)

    def open(self) -> BinaryIO:
        """Open it for reading.

        Errors: `UnsafeEntry` where a step is a link or no name, or the end is no regular file; `OSError`.
        """
        with folder_at(self.root, self.way[:-1]) as folder:
            return _open_at(folder, self.way[-1], self.path)


def files(path: Path) -> Iterator[File]:
    """A file itself (through a link, since it was named), or every file below a folder by its name; links are not followed."""
    if not path.is_dir():
        real = path.resolve()
        yield File(real.parent, (real.name,))
        return
    for folder, folders, names in os.walk(path, followlinks=False):
        folders.sort()
        way = Path(folder).relative_to(path).parts
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        yield from (File(path, (*way, name)) for name in sorted([*names, *linked]))


@contextmanager
def folder_at(root: Path, way: Sequence[str]) -> Iterator[int]:
    """A descriptor of the folder at the end of the way, each step below the one before. Errors: as `File.open`."""
    descriptor = os.open(root, _FOLDER)
    try:
        for step in way:
            below = _step(step, _FOLDER | os.O_NOFOLLOW, descriptor, root.joinpath(*way))
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def _open_at(folder: int, name: str, shown: Path) -> BinaryIO:
    descriptor = _step(name, _FILE, folder, shown)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsafeEntry(f"{shown} is no regular file.")
    return os.fdopen(descriptor, "rb")


def _step(name: str, flags: int, folder: int, shown: Path) -> int:
    check_step(name)
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in _NOT_WHAT_IT_SAYS:
            raise UnsafeEntry(f"{shown} is, or goes through, a link or something that is no file.") from None
        raise


def check_step(name: str) -> None:
    """Refuse what is no plain name of one file or folder. Errors: `UnsafeEntry`."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise UnsafeEntry(f"{name!r} is no name of a file within its folder.")
