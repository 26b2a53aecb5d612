"""Faults within one process, over a record in a file: every call of the filesystem, every statement, every power cut."""

import io
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection

from doseloop.model.dose_object import ReadResult
from doseloop.model.errors import InboxError
from doseloop.pipeline import Pipeline
from doseloop.reading.object import read_object
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.worker import Worker
from doseloop.simulate.day import workday
from doseloop.simulate.department import standard_department
from doseloop.store.address import Address, address_of
from doseloop.store.filesystem import DISK, Filesystem
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import DoseObjectRow, Event, Exam
from doseloop.store.outage import is_outage
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault
from tests.chaos.filesystems import FailsAt, Fault, Left, Remembers
from tests.chaos.result import Result
from tests.record import use_record

SENT = Origin("dimse", "CT1", "127.0.0.1")


def two_reports_of_one_exam() -> list[bytes]:
    """A cumulative exam: its second report holds the events of its first."""
    day = workday(standard_department(), date(2026, 3, 3), 1)
    return list(next(exam for exam in day if len(set(exam.objects)) == 2).objects)


def read(path: Path) -> ReadResult:
    """The reader, in this process."""
    return read_object(path.read_bytes())


@dataclass(slots=True)
class Place:
    """A data folder that is used, broken, and recovered."""

    folder: DataFolder
    contents: list[bytes]
    acknowledged: set[str] = field(default_factory=set)

    @classmethod
    def fresh(cls, empty_record: Address, root: Path, contents: list[bytes]) -> "Place":
        """A folder with an empty record, which the models write."""
        folder = DataFolder(root)
        folder.prepare()
        shutil.copy(str(empty_record), folder.record)
        use_record(address_of("", folder.root))
        return cls(folder, contents)

    def pipeline(self, files: Filesystem = DISK) -> Pipeline:
        """The chain over this folder."""
        inbox = Inbox(self.folder.spool, 10**8, 0, files)
        vault = Vault(self.folder.objects, self.folder.key("objects"), files)
        return Pipeline(read, inbox, vault, SiteDefaults("Main Hospital", "UTC"))

    def use(self, files: Filesystem = DISK) -> None:
        """Receive and process; what fails, fails as it would in the receiver and the worker."""
        pipeline = self.pipeline(files)
        for content in self.contents:
            self._send(pipeline.inbox, content)
        self._work(pipeline)

    def recover(self) -> None:
        """What the next start does by itself."""
        pipeline = self.pipeline()
        pipeline.inbox.sweep()
        pipeline.vault.sweep()
        pipeline.inbox.drop_processed()
        with ThreadPoolExecutor(1) as threads:
            worker = Worker("worker-1", pipeline, threads)
            worker.give_back()
            while worker.step():
                pass

    def _send(self, inbox: Inbox, content: bytes) -> None:
        try:
            self.acknowledged.add(inbox.put(io.BytesIO(content), SENT).sha256)
        except (InboxError, OSError, OperationalError):
            return

    def _work(self, pipeline: Pipeline) -> None:
        with ThreadPoolExecutor(1) as threads:
            try:
                Worker("worker-1", pipeline, threads).step()
            except Exception as error:
                if not is_outage(error):
                    raise

    def missing(self) -> list[str]:
        """Acknowledged objects that are not read, or whose bytes are not kept as they came."""
        vault = self.pipeline().vault
        held = set(DoseObjectRow.objects.filter(state="read").values_list("sha256", flat=True))
        bytes_of = {sha256(content).hexdigest(): content for content in self.contents}
        kept = {one for one in held if vault.holds(one) and vault.read(one) == bytes_of[one]}
        return sorted(self.acknowledged - kept)

    def rest(self) -> list[str]:
        """Files that nobody needs."""
        objects = (path for path in self.folder.objects.rglob("*") if path.is_file() and len(path.name) != 64)
        return [path.name for path in (*self.folder.spool.iterdir(), *objects)]

    def figures(self) -> list[Any]:
        """The exams and events, without keys and times."""
        exams = Exam.objects.values_list("study_uid", "dlp_mgy_cm", "dap_gy_cm2", "event_count")
        events = Event.objects.values_list("event_uid", "dlp_mgy_cm", "dap_gy_cm2")
        return [sorted(map(str, exams)), sorted(map(str, events)), DoseObjectRow.objects.count()]


def expected(empty_record: Address, root: Path, contents: list[bytes]) -> list[Any]:
    """What the record holds where nothing fails."""
    place = Place.fresh(empty_record, root, contents)
    place.use()
    place.recover()
    return place.figures()


def judge(result: Result, place: Place, wanted: list[Any], where: str) -> None:
    """After recovery by itself: nothing acknowledged is missing; after its sender has sent again: all is there once."""
    place.recover()
    result.rounds += 1
    result.acknowledged += len(place.acknowledged)
    missing = place.missing()
    result.stored += len(place.acknowledged) - len(missing)
    result.lost += len(missing)
    if rest := place.rest():
        result.notes.append(f"{where}: left {rest}")
    place.use()
    place.recover()
    if place.figures() != wanted:
        result.twice += 1
        result.notes.append(f"{where}: {place.figures()} in place of {wanted}")
    shutil.rmtree(place.folder.root)


def every_call_of_the_filesystem(empty_record: Address, root: Path) -> Result:
    """The n-th call fails, for every n until a run has no n-th call."""
    result, contents = Result("n-th call of the filesystem"), two_reports_of_one_exam()
    wanted = expected(empty_record, root / "expected", contents)
    for fault in Fault:
        number, files = 0, FailsAt(0, fault)
        while number <= files.calls:
            number += 1
            files = FailsAt(number, fault)
            place = Place.fresh(empty_record, root / "data", contents)
            place.use(files)
            judge(result, place, wanted, f"{fault} at call {number}")
    return result


def every_statement_of_the_record(empty_record: Address, root: Path) -> Result:
    """The n-th statement of SQL fails, for every n until a run has no n-th statement."""
    result, contents = Result("n-th statement of the record"), two_reports_of_one_exam()
    wanted = expected(empty_record, root / "expected", contents)
    number, count = 0, 0
    while number <= count:
        number += 1
        place = Place.fresh(empty_record, root / "data", contents)
        with failing_statement(number) as statements:
            place.use()
        count = statements()
        judge(result, place, wanted, f"statement {number}")
    return result


@contextmanager
def failing_statement(number: int) -> Iterator[Callable[[], int]]:
    """Let one statement of this connection fail as on a full disk."""
    count = 0

    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        if count == number:
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield lambda: count


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a run: what was acknowledged, what the record held, and what a power cut would leave of the files."""

    acknowledged: frozenset[str]
    record: bytes
    left: Left

    def key(self) -> tuple[object, ...]:
        """Equal for moments that look the same."""
        return self.acknowledged, self.record, tuple(sorted(self.left.files.items())), self.left.folders


def every_power_cut(empty_record: Address, root: Path) -> Result:
    """The power fails after each call, and what was not made durable is dropped: contents, names, both or none."""
    result, contents = Result("un-fsynced writes and names dropped"), two_reports_of_one_exam()
    wanted = expected(empty_record, root / "expected", contents)
    place = Place.fresh(empty_record, root / "data", contents)
    moments: dict[tuple[object, ...], Moment] = {}

    def note() -> None:
        record = committed(place.folder.record)
        for contents_survive, names_survive in ((False, False), (False, True), (True, False), (True, True)):
            left = files.left(contents=contents_survive, names=names_survive)
            moment = Moment(frozenset(place.acknowledged), record, left)
            moments[moment.key()] = moment

    files = Remembers(note)
    place.use(files)
    note()
    root_before, keys = place.folder.root, place.folder.root / "keys"
    for number, moment in enumerate(moments.values()):
        judge(result, after_the_cut(moment, root_before, keys, root / "cut", contents), wanted, f"moment {number}")
    return result


def committed(record: Path) -> bytes:
    """The record as its last commit left it, in one file."""
    with sqlite3.connect(record) as own:
        content = own.serialize()
    own.close()
    return content


def after_the_cut(moment: Moment, before: Path, keys: Path, root: Path, contents: list[bytes]) -> Place:
    """The folder as the power cut left it."""
    folder = DataFolder(root)
    folder.prepare()
    shutil.copytree(keys, root / "keys", dirs_exist_ok=True)
    folder.record.write_bytes(moment.record)
    for path in moment.left.folders:
        (root / path.relative_to(before)).mkdir()
    for path, content in moment.left.files.items():
        (root / path.relative_to(before)).write_bytes(content)
    use_record(address_of("", folder.root))
    return Place(folder, contents, set(moment.acknowledged))
