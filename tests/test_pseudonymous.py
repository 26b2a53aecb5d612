"""A pseudonymous installation keeps no identity anywhere; an identified one in one table and the encrypted objects."""

import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from structlog.testing import capture_logs

from doseloop.access.scope import SYSTEM
from doseloop.facts.copy import refresh
from doseloop.facts.paths import FactsPaths
from doseloop.harmonise.sizes import DEFAULT_WINDOWS
from doseloop.model.ct import CtEvent
from doseloop.model.pseudonym import ISSUER, order_number, staff_name
from doseloop.pipeline import Pipeline
from doseloop.reading.object import read_object
from doseloop.reading.process import ReaderPool
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.readers import reader_of
from doseloop.roles.settings import Settings
from doseloop.roles.worker import Worker, pipeline_of
from doseloop.store import claims, merged_numbers, size_import
from doseloop.store.audit import COMMAND
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import DoseObjectRow, Event, Exam, Identity, Patient, Person, Site
from doseloop.store.numbers import numbers
from doseloop.store.packing import unpack
from doseloop.store.size_file import size_lines
from doseloop.store.vault import Vault
from tests.holdings import where
from tests.reading import canary, reports

READERS = 1


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(READERS) as made:
        yield made


@pytest.fixture
def worker_of(folder: DataFolder, pool: ReaderPool) -> Iterator[Callable[[bool], Worker]]:
    with ThreadPoolExecutor(READERS) as threads:

        def make(pseudonymous: bool) -> Worker:
            options = Settings(pseudonymous=pseudonymous, floor_bytes=0)
            return Worker("test", pipeline_of(options, folder, reader_of(options, folder, pool)), threads)

        yield make


@pytest.fixture
def worker(worker_of: Callable[[bool], Worker]) -> Worker:
    return worker_of(True)


def canaries() -> list[bytes]:
    """Two reports of one patient, in two studies; a report without dose; bytes that are the same report again."""
    ct, projection, letter = canary.ct(), canary.projection(), canary.ct()
    projection.StudyInstanceUID, projection.SOPInstanceUID = "2.25.9", "2.25.91"
    letter.SOPInstanceUID = "2.25.92"
    del letter.ContentSequence[1:]
    content = reports.encode(ct)
    again = canary.NAME.encode().ljust(128, b"\0") + content[128:]
    return [content, reports.encode(projection, "implicit"), reports.encode(letter), again]


def put(worker: Worker, contents: list[bytes]) -> None:
    for content in contents:
        worker.pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))


def process(worker: Worker, folder: DataFolder, contents: list[bytes]) -> None:
    put(worker, contents)
    while worker.step():
        pass
    refresh(FactsPaths.in_data(folder.root, settings.RECORD))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_nothing_of_the_patient_is_left_in_a_pseudonymous_data_folder(worker: Worker, folder: DataFolder) -> None:
    put(worker, canaries())
    assert where(folder, canary.TRACES)

    process(worker, folder, [])

    assert where(folder, canary.TRACES) == set()
    assert sorted(DoseObjectRow.objects.values_list("state", flat=True)) == ["not dose", "read", "read", "read"]
    assert list(folder.spool.iterdir()) == []


def test_the_exams_of_one_patient_join_under_one_pseudonym(worker: Worker, folder: DataFolder) -> None:
    process(worker, folder, canaries())
    key = folder.key("pseudonyms")

    assert Exam.objects.count() == 2
    patient, identity = Patient.objects.get(), Identity.objects.get()
    assert (identity.patient, identity.issuer, identity.name, identity.birth_date) == (patient, ISSUER, "", None)
    assert identity.joins
    assert set(Exam.objects.values_list("accession_number", flat=True)) == {order_number(canary.ACCESSION, key)}
    staff = Person.objects.get(name=staff_name(canary.STAFF_NAME, key, one_person=True))
    assert staff.is_one_person


def test_the_kept_object_says_what_the_record_says(worker: Worker, folder: DataFolder) -> None:
    content = canaries()[0]
    process(worker, folder, [content])

    kept = read_object(worker.pipeline.vault.read(sha256(content))).dose

    exam = Exam.objects.get()
    assert (kept.study.study_uid, kept.patient.age_years) == (exam.study_uid, exam.age_years)
    details = [unpack(bytes(event.detail), CtEvent) for event in Event.objects.order_by("position")]
    assert kept.ct_events == tuple(details)


class Crash(BaseException):
    """The end of the process at one point."""


class VaultThatCrashes(Vault):
    def keep(self, sha256: str, content: bytes) -> None:
        raise Crash


class InboxThatCrashes(Inbox):
    def drop(self, sha256: str) -> None:
        raise Crash


def crash_at_the_last_statement(execute: Any, sql: str, *rest: Any) -> Any:
    if 'UPDATE "store_counter"' in sql:
        raise Crash
    return execute(sql, *rest)


def settle_until_the_crash(pipeline: Pipeline, claim: claims.Claim, point: str) -> None:
    outcome, vault, inbox = pipeline.read(claim), pipeline.vault, pipeline.inbox
    if point == "before keeping":
        pipeline = replace(pipeline, vault=VaultThatCrashes(vault.folder, vault.key))
    if point == "after the commit":
        pipeline = replace(pipeline, inbox=InboxThatCrashes(inbox.spool, inbox.max_object_bytes, inbox.floor_bytes))
    with ExitStack() as stack:
        if point == "before the commit":
            stack.enter_context(connection.execute_wrapper(crash_at_the_last_statement))
        with pytest.raises(Crash):
            pipeline.settle(claim, outcome)


@pytest.mark.parametrize("point", ["before keeping", "before the commit", "after the commit"])
def test_a_crash_leaves_the_waiting_original_or_the_finished_exam(
    worker: Worker, folder: DataFolder, point: str
) -> None:
    content = canaries()[0]
    put(worker, [content])
    (claim,) = claims.claim("test", 1, timedelta(minutes=1))

    settle_until_the_crash(worker.pipeline, claim, point)

    finished = point == "after the commit"
    assert DoseObjectRow.objects.get().state == ("read" if finished else "waiting")
    assert Exam.objects.exists() == finished
    assert where(folder, canary.TRACES) == {f"file spool/{sha256(content)}"}

    assert worker.pipeline.inbox.drop_processed() == int(finished)
    claims.give_back("test")
    process(worker, folder, [])
    assert Exam.objects.count() == 1
    assert where(folder, canary.TRACES) == set()


def test_an_object_that_cannot_be_read_is_kept_encrypted_until_somebody_decides(
    worker: Worker, folder: DataFolder
) -> None:
    content = canaries()[0]
    cut = content[: len(content) // 2]
    process(worker, folder, [cut])

    assert DoseObjectRow.objects.get().state == "quarantined"
    assert worker.pipeline.vault.read(sha256(cut)) == cut
    assert where(folder, canary.TRACES) == {f"object {sha256(cut)}"}

    worker.pipeline.vault.destroy(sha256(cut))
    assert where(folder, canary.TRACES) == set()


def test_what_was_kept_without_identity_is_never_replaced_by_the_original(worker: Worker, folder: DataFolder) -> None:
    content = canaries()[0]
    put(worker, [content])
    (claim,) = claims.claim("test", 1, timedelta(minutes=1))
    settle_until_the_crash(worker.pipeline, claim, "before the commit")

    DoseObjectRow.objects.update(attempts=2)
    worker.pipeline.put_off(replace(claim, attempts=2))

    assert DoseObjectRow.objects.get().reason_code == "unsettled"
    assert where(folder, canary.TRACES) == set()


def test_in_an_identified_record_the_patient_stands_in_one_table_and_in_no_log(
    worker_of: Callable[[bool], Worker], folder: DataFolder, capfd: pytest.CaptureFixture[str]
) -> None:
    content = reports.encode(canary.ct(typed=False))
    worker, cut = worker_of(False), content[:-400]
    with capture_logs() as logged:
        process(
            worker,
            folder,
            [content, cut, reports.encode(canary.projection())[:-100], b"no dicom " + canary.NAME.encode()],
        )

    places = where(folder, canary.PATIENT_TRACES)
    files = {place for place in places if place.startswith("file ")}
    tables = {place for place in places if place.startswith("table ")}
    assert tables == {"table store_identity"}
    assert {f"object {sha256(content)}", f"object {sha256(cut)}"} <= places
    assert not [place for place in places if place.startswith("facts")]
    assert files <= {"file record.sqlite3", "file record.sqlite3-wal"}  # none where PostgreSQL has them
    assert sorted(DoseObjectRow.objects.values_list("state", flat=True)) == [
        "quarantined",
        "quarantined",
        "quarantined",
        "read",
    ]
    out, errors = capfd.readouterr()
    assert [trace for trace in canary.TRACES if trace in f"{logged}{out}{errors}".casefold()] == []


def test_a_demographic_update_of_a_pseudonymous_patient_moves_nothing(worker: Worker, folder: DataFolder) -> None:
    renamed = canary.ct()
    renamed.PatientName = "Wellensittich^Zita"
    process(worker, folder, [canaries()[0], reports.encode(renamed)])
    assert (Patient.objects.count(), Identity.objects.count(), Exam.objects.count()) == (1, 1, 1)
    assert list(DoseObjectRow.objects.order_by("pk").values_list("standing", flat=True)) == ["current", "resend"]


def test_files_of_sizes_and_of_merged_numbers_find_patients_and_leave_no_number(
    worker: Worker, folder: DataFolder
) -> None:
    process(worker, folder, canaries())
    known, site = numbers(folder.key("pseudonyms")), Site.objects.get().pk
    started = Exam.objects.order_by("pk")[0].started_at
    issuer = str(canary.ct().get("IssuerOfPatientID", ""))
    named = f"{canary.NUMBER},{issuer}"
    content = f"patient name,patient number,issuer,measured at,height cm\n{canary.NAME},{named},{started},171\n"
    lines = size_lines(io.BytesIO(content.encode()))
    told = size_import.read(SYSTEM, site, lines, known, DEFAULT_WINDOWS, COMMAND, pseudonymous=True)
    assert (told.usable, told.left_out) == (1, ())
    merged = [["old issuer", "old number", "new issuer", "new number"], [issuer, canary.NUMBER] * 2]
    found = merged_numbers.mergings(SYSTEM, site, merged, known, pseudonymous=True)
    assert found.left_out == (merged_numbers.ALREADY,)
    assert where(folder, canary.TRACES) == set()
