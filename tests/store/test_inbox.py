"""What the inbox acknowledged is there, once, whatever happened around it."""

import errno
import fcntl
import io
import os
from pathlib import Path

import pytest

from doseloop.model.errors import ObjectTooLarge, StorageFull
from doseloop.roles.data_folder import DataFolder
from doseloop.store.inbox import Inbox, Origin, _folder_lock
from doseloop.store.models import DoseObjectRow

ORIGIN = Origin("dimse", "CT1", "127.0.0.1")


@pytest.fixture
def inbox(folder: DataFolder) -> Inbox:
    return Inbox(folder.spool, max_object_bytes=1000, floor_bytes=0)


def spooled(inbox: Inbox) -> list[Path]:
    return list(inbox.spool.iterdir())


def test_what_was_put_lies_under_its_hash_with_one_waiting_row(inbox: Inbox) -> None:
    receipt = inbox.put(io.BytesIO(b"dose"), ORIGIN)

    assert inbox.path(receipt.sha256).read_bytes() == b"dose"
    row = DoseObjectRow.objects.get()
    assert (row.sha256, row.size, row.state, row.peer_ae) == (receipt.sha256, 4, "waiting", "CT1")


def test_the_same_bytes_again_are_counted_and_not_stored_again(inbox: Inbox) -> None:
    first = inbox.put(io.BytesIO(b"dose"), ORIGIN)
    second = inbox.put(io.BytesIO(b"dose"), Origin("ingest"))

    assert (first.known, second.known) == (False, True)
    assert DoseObjectRow.objects.get().receipts == 2
    assert len(spooled(inbox)) == 1


def test_bytes_that_were_processed_before_leave_no_file_when_they_come_again(inbox: Inbox) -> None:
    receipt = inbox.put(io.BytesIO(b"dose"), ORIGIN)
    DoseObjectRow.objects.update(state="read")
    inbox.drop(receipt.sha256)

    inbox.put(io.BytesIO(b"dose"), ORIGIN)

    assert spooled(inbox) == []
    assert DoseObjectRow.objects.get().state == "read"


def test_an_object_at_the_limit_is_taken_and_one_byte_more_is_not(inbox: Inbox) -> None:
    inbox.put(io.BytesIO(b"x" * 1000), ORIGIN)
    with pytest.raises(ObjectTooLarge):
        inbox.put(io.BytesIO(b"y" * 1001), ORIGIN)
    assert len(spooled(inbox)) == DoseObjectRow.objects.count() == 1


def test_a_disk_below_its_floor_refuses_before_anything_is_written(folder: DataFolder) -> None:
    class NeverRead:
        def read(self, size: int, /) -> bytes:
            raise AssertionError("read although the disk is full")

    with pytest.raises(StorageFull) as refused:
        Inbox(folder.spool, 1000, floor_bytes=2**62).put(NeverRead(), ORIGIN)
    assert refused.value.retry
    assert list(folder.spool.iterdir()) == []


def test_a_stream_that_breaks_leaves_nothing(inbox: Inbox) -> None:
    class Breaks:
        sent = False

        def read(self, size: int, /) -> bytes:
            if self.sent:
                raise OSError(errno.ECONNRESET, "reset")
            self.sent = True
            return b"half"

    with pytest.raises(OSError, match="reset"):
        inbox.put(Breaks(), ORIGIN)
    assert spooled(inbox) == []
    assert not DoseObjectRow.objects.exists()


def test_a_sweep_removes_what_a_crash_left_and_nothing_that_waits(inbox: Inbox) -> None:
    waiting = inbox.put(io.BytesIO(b"waits"), ORIGIN)
    (inbox.spool / "draft-abc").write_bytes(b"half")
    (inbox.spool / ("0" * 64)).write_bytes(b"renamed but never entered")

    assert inbox.sweep() == 2
    assert [path.name for path in spooled(inbox)] == [waiting.sha256]


def test_the_folder_of_the_spool_is_private(inbox: Inbox) -> None:
    assert os.stat(inbox.spool).st_mode & 0o077 == 0


def test_bytes_of_processed_objects_go_while_others_put(inbox: Inbox) -> None:
    done = inbox.put(io.BytesIO(b"done"), ORIGIN)
    DoseObjectRow.objects.update(state="read")
    waiting = inbox.put(io.BytesIO(b"waits"), ORIGIN)
    (inbox.spool / "draft-abc").write_bytes(b"half")
    (inbox.spool / ("0" * 64)).write_bytes(b"renamed and not yet entered")

    assert inbox.drop_processed() == 1
    assert done.sha256 not in {path.name for path in spooled(inbox)}
    assert {waiting.sha256, "draft-abc", "0" * 64} == {path.name for path in spooled(inbox)}


def test_a_sweep_goes_by_while_somebody_puts(inbox: Inbox) -> None:
    (inbox.spool / ("0" * 64)).write_bytes(b"renamed but never entered")
    with _folder_lock(inbox.spool, fcntl.LOCK_SH):
        assert inbox.sweep_if_idle() == 0
    assert inbox.sweep_if_idle() == 1
    assert spooled(inbox) == []
