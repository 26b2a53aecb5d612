"""Filesystems that fail on purpose: one at its n-th call, one that knows what a power cut leaves."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from doseloop.store.filesystem import Disk, Space


class Fault(StrEnum):
    """How a call fails."""

    EIO = "input/output error"
    ENOSPC = "no space left"
    TORN = "half written, then no space left"


class FailsAt(Disk):
    """The disk, of which one call fails; `calls` says how many there were."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number, self.fault, self.calls = number, fault, 0

    def _fail(self) -> None:
        self.calls += 1
        if self.calls == self.number:
            number = errno.EIO if self.fault is Fault.EIO else errno.ENOSPC
            raise OSError(number, os.strerror(number))

    def create(self, path: Path) -> int:
        self._fail()
        return super().create(path)

    def write(self, descriptor: int, content: bytes) -> int:
        """Writes half where it fails torn; a short write by itself is no fault, and always happens once."""
        if self.fault is Fault.TORN and self.calls + 1 == self.number:
            super().write(descriptor, content[: len(content) // 2])
        self._fail()
        return super().write(descriptor, content[: max(1, len(content) // 2)] if self.calls % 2 else content)

    def sync(self, descriptor: int) -> None:
        self._fail()
        super().sync(descriptor)

    def close(self, descriptor: int) -> None:
        super().close(descriptor)
        self._fail()

    def rename(self, old: Path, new: Path) -> None:
        self._fail()
        super().rename(old, new)

    def link(self, old: Path, new: Path) -> None:
        self._fail()
        super().link(old, new)

    def unlink(self, path: Path) -> None:
        self._fail()
        super().unlink(path)

    def make_folder(self, path: Path) -> bool:
        self._fail()
        return super().make_folder(path)

    def sync_folder(self, folder: Path) -> None:
        self._fail()
        super().sync_folder(folder)

    def space(self, folder: Path) -> Space:
        self._fail()
        return super().space(folder)


@dataclass(frozen=True, slots=True)
class Left:
    """What lies on the disk after a power cut: files with their bytes, and folders."""

    files: dict[Path, bytes]
    folders: frozenset[Path]


@dataclass(slots=True)
class _Names:
    """Names of files (to the number of their content) and of folders."""

    files: dict[Path, int] = field(default_factory=dict)
    folders: set[Path] = field(default_factory=set)


class Remembers(Disk):
    """The disk, with a model beside it of what was made durable. `after_each` is called after every call that changes."""

    def __init__(self, after_each: Callable[[], None]) -> None:
        self._after_each = after_each
        self._open: dict[int, int] = {}
        self._now: list[bytes] = []
        self._durable: list[bytes] = []
        self._names, self._durable_names = _Names(), _Names()

    def left(self, *, contents: bool, names: bool) -> Left:
        """What a power cut leaves now, where contents or names that were not made durable survived or did not."""
        held, known = (self._now if contents else self._durable), (self._names if names else self._durable_names)
        folders = frozenset(known.folders)
        reached = {path: number for path, number in known.files.items() if self._is_reached(path.parent, folders)}
        return Left({path: held[number] for path, number in reached.items()}, folders)

    def _is_reached(self, folder: Path, folders: frozenset[Path]) -> bool:
        return folder not in self._names.folders or folder in folders

    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        self._open[descriptor] = self._names.files[path] = len(self._now)
        self._now.append(b"")
        self._durable.append(b"")
        self._after_each()
        return descriptor

    def write(self, descriptor: int, content: bytes) -> int:
        written = super().write(descriptor, content)
        self._now[self._open[descriptor]] += content[:written]
        self._after_each()
        return written

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        number = self._open[descriptor]
        self._durable[number] = self._now[number]
        self._after_each()

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        self._names.files[new] = self._names.files.pop(old)
        self._after_each()

    def link(self, old: Path, new: Path) -> None:
        super().link(old, new)
        self._names.files[new] = self._names.files[old]
        self._after_each()

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        if self._names.files.pop(path, None) is not None:
            self._after_each()

    def make_folder(self, path: Path) -> bool:
        made = super().make_folder(path)
        if made:
            self._names.folders.add(path)
            self._after_each()
        return made

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        kept = {path: number for path, number in self._durable_names.files.items() if path.parent != folder}
        here = {path: number for path, number in self._names.files.items() if path.parent == folder}
        self._durable_names.files = {**kept, **here}
        self._durable_names.folders |= {path for path in self._names.folders if path.parent == folder}
        self._after_each()
