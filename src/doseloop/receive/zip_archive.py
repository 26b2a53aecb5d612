"""ZIP archives: every entry's name and kind checked, and inflated as a stream that ends at the limits.

No name of an entry becomes a path: what is inside goes to the inbox, whose names are hashes. Names are checked all the same,
since an archive that tries to leave its folder was made by somebody who meant harm or by a broken program.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from doseloop.model.errors import ArchiveTooLarge, UnsafeEntry, UnusableArchive
from doseloop.receive.archive_limits import ArchiveLimits
from doseloop.receive.files import check_step

_DIRECTORY_BYTES_PER_ENTRY = 256
_SMALL_DIRECTORY = 1024 * 1024
"""Allowed however few entries are, and more than what is read at once of an entry."""
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others' decompressors of the standard library take no limit: a few bytes may inflate to many megabytes at once."""
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OverflowError, RuntimeError, ValueError, OSError)
"""What `zipfile` raises on bytes that are no sound archive (its documentation names the first; the rest are seen)."""


@dataclass(slots=True)
class _Budget:
    """Bytes that the archive may still inflate to."""

    left: int
    told: str
    """What was reached, for the error."""

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise ArchiveTooLarge(self.told)


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One file of an archive."""

    name: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    budget: _Budget
    ratio: int

    def open(self) -> "_Inflating":
        """Its bytes, inflated as they are read. The name, the kind and the method are checked first.

        Errors: `UnsafeEntry`, `UnusableArchive`; from reading also `ArchiveTooLarge`.
        """
        _check_name(self.name)
        _check_kind(self.info)
        self.budget.spend(0)
        try:
            stream = self.archive.open(self.info)
        except _DAMAGE as error:
            raise UnusableArchive(f"The entry cannot be opened: {error}.") from None
        told = f"The entry inflates further than {self.ratio}:1 (`archive_ratio`)."
        return _Inflating(stream, (_Budget(self.ratio * self.info.compress_size, told), self.budget))


@dataclass(frozen=True, slots=True)
class _Inflating:
    stream: IO[bytes]
    budgets: tuple[_Budget, ...]

    def close(self) -> None:
        self.stream.close()

    def read(self, size: int, /) -> bytes:
        try:
            chunk = self.stream.read(size)
        except _DAMAGE as error:
            raise UnusableArchive(f"The entry is damaged: {error}.") from None
        for budget in self.budgets:
            budget.spend(len(chunk))
        return chunk


def zip_entries(file: BinaryIO, limits: ArchiveLimits) -> Iterator[ZipEntry]:
    """The files of an archive, folders left out.

    Errors: `UnusableArchive` where it is damaged, `ArchiveTooLarge` past the number of entries: then none comes.
    """
    size = file.seek(0, io.SEEK_END)
    told = f"The archive inflates to more than {limits.bytes} bytes (`archive_bytes`) or {limits.ratio}:1 (`archive_ratio`)."
    budget = _Budget(min(limits.bytes, limits.ratio * size), told)
    with _opened(file, limits) as archive:
        infos = archive.infolist()
        if len(infos) > limits.entries:
            raise ArchiveTooLarge(f"The archive has more than {limits.entries} entries (`archive_entries`).")
        for info in infos:
            if not info.orig_filename.endswith("/"):
                yield ZipEntry(info.orig_filename, archive, info, budget, limits.ratio)


def _opened(file: BinaryIO, limits: ArchiveLimits) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(_Directory(file, limits.entries))
    except _DAMAGE as error:
        raise UnusableArchive(f"The archive cannot be opened: {error}.") from None


@dataclass(frozen=True, slots=True)
class _Directory:
    """A file that `zipfile` reads, without a directory larger than its entries need: it is read whole into memory."""

    file: BinaryIO
    entries: int

    def read(self, size: int = -1, /) -> bytes:
        most = max(self.entries * _DIRECTORY_BYTES_PER_ENTRY, _SMALL_DIRECTORY)
        if size > most:
            raise ArchiveTooLarge(
                f"The archive's directory is longer than {self.entries} entries need (`archive_entries`)."
            )
        return self.file.read(min(size, most) if size >= 0 else most)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """Whoever opened the file closes it."""


def _check_name(name: str) -> None:
    if name.startswith(("/", "\\")) or name[1:2] == ":":
        raise UnsafeEntry(f"{name!r} is an absolute path.")
    for step in name.replace("\\", "/").split("/"):
        check_step(step)


def _check_kind(info: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise UnsafeEntry("The entry is a link or something else that is no file.")
    if info.flag_bits & _ENCRYPTED:
        raise UnusableArchive("The entry is encrypted.")
    if info.compress_type not in _METHODS:
        raise UnusableArchive("The entry is packed by a method other than Deflate.")
