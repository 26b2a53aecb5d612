"""What durable files need of a filesystem, as a port: the disk by default, and one that fails on purpose in the tests."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Space:
    """What is free for this process at a folder."""

    free_bytes: int
    free_files: int | None
    """None where the filesystem does not count its files."""


class Filesystem(Protocol):
    """The calls of which durable files are made. Each raises `OSError` as the system's own does."""

    def create(self, path: Path) -> int:
        """A new private file, open for writing; its descriptor."""

    def write(self, descriptor: int, content: bytes) -> int:
        """Write some of the content; how many bytes (write(2) may write fewer than it was given)."""

    def sync(self, descriptor: int) -> None:
        """Wait until what was written is on the disk (fsync(2))."""

    def close(self, descriptor: int) -> None:
        """Close the file."""

    def rename(self, old: Path, new: Path) -> None:
        """Give the file its other name, in place of what had it."""

    def link(self, old: Path, new: Path) -> None:
        """Give the file a second name (link(2)); `FileExistsError` where something has it."""

    def unlink(self, path: Path) -> None:
        """Remove the file; one that is not there is fine."""

    def make_folder(self, path: Path) -> bool:
        """Make a private folder; False where it was there."""

    def sync_folder(self, folder: Path) -> None:
        """Wait until the names in the folder are on the disk (fsync(2) of the directory)."""

    def space(self, folder: Path) -> Space:
        """What is free (statvfs(3))."""


class Disk:
    """The system's own calls."""

    def create(self, path: Path) -> int:
        """open(2) with O_CREAT and O_EXCL."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, descriptor: int, content: bytes) -> int:
        """write(2)."""
        return os.write(descriptor, content)

    def sync(self, descriptor: int) -> None:
        """fsync(2)."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """close(2)."""
        os.close(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """rename(2)."""
        os.rename(old, new)

    def link(self, old: Path, new: Path) -> None:
        """link(2)."""
        os.link(old, new)

    def unlink(self, path: Path) -> None:
        """unlink(2)."""
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> bool:
        """mkdir(2)."""
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            if not path.is_dir():
                raise
            return False
        return True

    def sync_folder(self, folder: Path) -> None:
        """fsync(2) of the directory."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def space(self, folder: Path) -> Space:
        """statvfs(3)."""
        disk = os.statvfs(folder)
        return Space(disk.f_bavail * disk.f_frsize, disk.f_favail if disk.f_files else None)


DISK = Disk()
