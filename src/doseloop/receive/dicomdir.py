"""DICOMDIR: the index of a medium (PS3.3 annex F, PS3.10 section 8.6). It names files; none outside its folder is opened."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from doseloop.model.errors import ArchiveTooLarge, Malformed, ObjectError, UnsafeEntry, UnusableArchive
from doseloop.receive.archive_limits import ArchiveLimits
from doseloop.receive.elements import elements
from doseloop.receive.file_meta import LONGEST, file_meta
from doseloop.receive.files import File, check_step
from doseloop.store.inbox import Stream

_MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"
_EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
_REFERENCED_FILE_ID = (0x0004, 0x1500)
_LONGEST = 64 * 1024 * 1024


def is_dicomdir(head: bytes) -> bool:
    """Whether the bytes start a DICOMDIR."""
    try:
        return file_meta(head[:LONGEST]).sop_class_uid == _MEDIA_STORAGE_DIRECTORY
    except ObjectError:
        return False


def references(stream: Stream, limits: ArchiveLimits) -> Iterator[tuple[str, ...]]:
    """The Referenced File IDs (0004,1500), each as its steps, unchecked.

    Errors: `UnusableArchive` where it cannot be read, `ArchiveTooLarge` past its size or number of entries.
    """
    content = _whole(stream)
    count = 0
    try:
        meta = file_meta(content)
        if meta.transfer_syntax_uid != _EXPLICIT_LITTLE:
            raise Malformed("A DICOMDIR is Explicit VR Little Endian (PS3.10 section 8.6).")
        for element in elements(content, meta.end):
            if element.tag != _REFERENCED_FILE_ID or element.start == element.end:
                continue
            count += 1
            if count > limits.entries:
                raise ArchiveTooLarge(f"The DICOMDIR names more than {limits.entries} files (`archive_entries`).")
            value = content[element.start : element.end].decode("latin-1").rstrip("\0 ")
            yield tuple(step.strip(" ") for step in value.split("\\"))
    except ObjectError as error:
        raise UnusableArchive(f"The DICOMDIR cannot be read: {error}") from None


def open_referenced(folder: Path, steps: tuple[str, ...]) -> BinaryIO:
    """The file that a Referenced File ID names below the DICOMDIR's folder.

    A medium without Rock Ridge shows its names in small letters on Linux, and those are tried where there are no others.

    Errors: `UnsafeEntry` where it leads out of the folder; `OSError`.
    """
    try:
        return File(folder, steps).open()
    except FileNotFoundError:
        return File(folder, tuple(step.lower() for step in steps)).open()


def leads_out(steps: tuple[str, ...]) -> UnsafeEntry | None:
    """The reason why a Referenced File ID is not followed; None where it stays within the folder."""
    try:
        for step in steps:
            check_step(step)
    except UnsafeEntry as error:
        return error
    return None


def _whole(stream: Stream) -> bytes:
    chunks, size = [], 0
    while chunk := stream.read(1024 * 1024):
        size += len(chunk)
        if size > _LONGEST:
            raise ArchiveTooLarge(f"The DICOMDIR is longer than {_LONGEST} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)
