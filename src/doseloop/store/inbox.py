"""The inbox: `put` is where every way in ends, and what it has acknowledged is never lost.

The order is: bytes to a temporary file while they are hashed, fsync, rename to the name that their SHA-256 gives, fsync of
the folder, the row, commit. Only then does `put` return, and only then may a sender be told of success. A crash before the
commit, or a record that does not answer, leaves at most a file without a row, which `sweep` removes.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from doseloop.model.errors import ObjectTooLarge, StorageFull
from doseloop.store.durable import Draft, draft
from doseloop.store.failpoint import failpoint
from doseloop.store.filesystem import DISK, Filesystem
from doseloop.store.models import DoseObjectRow
from doseloop.store.prepared import Insert

_CHUNK = 256 * 1024
_FLOOR_FILES = 1000
_WAITING = DoseObjectRow.State.WAITING
_TRIED_AGAIN = {"state": _WAITING, "attempts": 0, "reason_code": "", "reason": "", "hint": ""}
"""A quarantined object that comes again is read again: the fault may have been ours."""


class Stream(Protocol):
    """Anything that gives bytes in turn."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, empty at the end."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How an object came in."""

    way_in: str
    """`dimse`, `ingest`, `stow`, `folder`."""
    peer_ae: str = ""
    peer_host: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What `put` took in: the name of the bytes, their number, and whether they were here already."""

    sha256: str
    size: int
    known: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes objects into the spool folder and the record."""

    spool: Path
    max_object_bytes: int
    floor_bytes: int
    files: Filesystem = DISK

    def put(self, stream: Stream, origin: Origin) -> Receipt:
        """Take in one object of any content.

        Errors: `StorageFull` before anything is written where the disk is below its floor; `ObjectTooLarge` past the
        limit; `OSError` of the disk or an error of the record. After an error the object counts as never sent.
        """
        self.check_space()
        with _folder_lock(self.spool, fcntl.LOCK_SH):
            return self._take(stream, origin)

    def _take(self, stream: Stream, origin: Origin) -> Receipt:
        with draft("inbox", self.spool, self.files) as arriving:
            sha256, size = self._write(stream, arriving)
            arriving.become(self.path(sha256))
        failpoint("inbox: file durable, before its row")
        known = not self._enter(sha256, size, origin)
        failpoint("inbox: row committed")
        return Receipt(sha256, size, known)

    def path(self, sha256: str) -> Path:
        """Where the bytes of that name lie until they are processed."""
        return self.spool / sha256

    def drop(self, sha256: str) -> None:
        """Remove bytes that were processed."""
        self.files.unlink(self.path(sha256))

    def drop_processed(self) -> int:
        """Remove bytes of processed objects, which a crash between the commit and the removal left. Returns how many.

        At any time, also while others put.
        """
        names = [path.name for path in self._files()]
        done = set(
            DoseObjectRow.objects.filter(sha256__in=names).exclude(state=_WAITING).values_list("sha256", flat=True)
        )
        for sha256 in done:
            self.drop(sha256)
        return len(done)

    def sweep(self) -> int:
        """Remove what a crash left: drafts, and files whose object is processed or was never entered. Returns how many.

        Waits until nobody puts, and nobody puts meanwhile.
        """
        with _folder_lock(self.spool, fcntl.LOCK_EX):
            return self._sweep()

    def sweep_if_idle(self) -> int:
        """Sweep where nobody puts just now: files that an error of the record left do not pile up. Returns how many went."""
        try:
            with _folder_lock(self.spool, fcntl.LOCK_EX | fcntl.LOCK_NB):
                return self._sweep()
        except BlockingIOError:
            return 0

    def _sweep(self) -> int:
        waiting = set(DoseObjectRow.objects.filter(state=_WAITING).values_list("sha256", flat=True))
        stray = [path for path in self._files() if path.name not in waiting]
        for path in stray:
            self.files.unlink(path)
        return len(stray)

    def _files(self) -> Iterator[Path]:
        return (path for path in self.spool.iterdir() if path.is_file())

    def check_space(self) -> None:
        """See that there is room. Errors: `StorageFull` where the disk is below its floor, or has no file entries left."""
        space = self.files.space(self.spool)
        if space.free_bytes < self.floor_bytes:
            raise StorageFull(f"Less than {self.floor_bytes} bytes are free at {self.spool}.")
        if space.free_files is not None and space.free_files < _FLOOR_FILES:
            raise StorageFull(f"Fewer than {_FLOOR_FILES} file entries (inodes) are free at {self.spool}.")

    def _write(self, stream: Stream, arriving: Draft) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > self.max_object_bytes:
                raise ObjectTooLarge(f"The object is longer than {self.max_object_bytes} bytes.")
            digest.update(chunk)
            arriving.write(chunk)
        return digest.hexdigest(), size

    def _enter(self, sha256: str, size: int, origin: Origin) -> bool:
        """Enter the row; False where these bytes were here before, which counts them and reads quarantined ones again."""
        now = timezone.now()
        arrival = {"sha256": sha256, "size": size, "received_at": now, "last_received_at": now}
        peer = {"way_in": origin.way_in, "peer_ae": origin.peer_ae, "peer_host": origin.peer_host}
        with transaction.atomic():
            made = _NEW.run(**arrival, **peer) is not None
            if not made:
                row = DoseObjectRow.objects.select_for_update().get(sha256=sha256)
                again = _TRIED_AGAIN if row.state == DoseObjectRow.State.QUARANTINED else {}
                update = DoseObjectRow.objects.filter(pk=row.pk)
                update.update(receipts=F("receipts") + 1, last_received_at=now, **again)
                failpoint("inbox: known object counted, before the commit")
                if row.state != _WAITING and not again:
                    self.drop(sha256)
            failpoint("inbox: row written, before the commit")
        return made


_NEW = Insert(DoseObjectRow, unless="sha256")


@contextmanager
def _folder_lock(folder: Path, kind: int) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)
