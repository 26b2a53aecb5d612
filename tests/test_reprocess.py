"""Kept objects read again: the same version changes nothing, another shows what it changes before it does."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from doseloop.access.scope import SYSTEM
from doseloop.facts.copy import refresh
from doseloop.facts.paths import FactsPaths
from doseloop.model.dose_object import Deidentified, ReadResult
from doseloop.model.errors import Malformed
from doseloop.pipeline import Outcome
from doseloop.reading.process import ReaderPool
from doseloop.reprocess import Change, Reprocess, Reprocessed
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.readers import reader_of
from doseloop.roles.reprocessing import over
from doseloop.roles.settings import Settings
from doseloop.roles.worker import Worker, pipeline_of
from doseloop.simulate.day import objects as simulated
from doseloop.store import claims, kept, objects
from doseloop.store.audit import COMMAND
from doseloop.store.comments import add_comment
from doseloop.store.exam_state import exam_state
from doseloop.store.exclusions import exclude
from doseloop.store.inbox import Origin
from doseloop.store.models import AuditRow, Comment, DoseObjectRow, Exam, ExamPerson, Flag, Identity, Patient, Scanner
from tests.holdings import where
from tests.reading import canary, reports
from tests.record import contents
from tests.test_pipeline import a_cumulative_exam, a_days_exams, rewritten

EVERYTHING = kept.Which(again=True)
Alter = Callable[[Outcome], Outcome]


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(1) as made:
        yield made


class House:
    """An installation whose objects are taken in and read again in this process, by real reader processes."""

    def __init__(self, folder: DataFolder, pool: ReaderPool, threads: ThreadPoolExecutor, pseudonymous: bool) -> None:
        self.folder, self.pool, self.threads = folder, pool, threads
        self.options = Settings(pseudonymous=pseudonymous, floor_bytes=0)
        self.pipeline = pipeline_of(self.options, folder, reader_of(self.options, folder, pool))

    def take_in(self, *contents: bytes) -> None:
        for content in contents:
            self.pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
            worker = Worker("test", self.pipeline, self.threads)
            while worker.step():
                pass
        self.pipeline.settle_quiet(timedelta(0))

    def again(self, *, apply: bool, alter: Alter | None = None) -> Reprocess:
        made = over(self.options, self.folder, self.pool, self.threads, apply=apply)
        return replace(made, read=lambda one: alter(made.read(one))) if alter else made

    def reprocess(
        self, which: kept.Which = EVERYTHING, *, apply: bool, alter: Alter | None = None
    ) -> list[Reprocessed]:
        return list(self.again(apply=apply, alter=alter).run(which))

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        return contents(settings.RECORD)


@pytest.fixture
def house_of(folder: DataFolder, pool: ReaderPool) -> Iterator[Callable[[bool], House]]:
    with ThreadPoolExecutor(1) as threads:
        yield lambda pseudonymous: House(folder, pool, threads, pseudonymous)


@pytest.fixture
def house(house_of: Callable[[bool], House]) -> House:
    return house_of(False)


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "READER_VERSION", f"{int(objects.READER_VERSION) + 1}")


def a_tenth_more(outcome: Outcome) -> Outcome:
    """A reader that reads the DLP of a CT report otherwise than the one before it."""
    totals = outcome.dose.ct_totals if isinstance(outcome, ReadResult) else None
    if not isinstance(outcome, ReadResult) or totals is None or totals.dlp_mgy_cm is None:
        return outcome
    dlp = replace(totals.dlp_mgy_cm, value=totals.dlp_mgy_cm.value * 1.1)
    return replace(outcome, dose=replace(outcome.dose, ct_totals=replace(totals, dlp_mgy_cm=dlp)))


def changes(results: list[Reprocessed]) -> list[Change]:
    return [change for one in results for change in one.changes]


def a_rich_record(house: House) -> None:
    """Cumulative reports, a resend, a corrected patient, a revision, one that cannot be read, one of another kind."""
    exam, content = a_cumulative_exam(), simulated(3, seed=5)
    corrected = rewritten(content[0], PatientID="OTHER1")
    house.take_in(*exam.objects, *content, b"\x01" * 128 + content[1][128:], corrected, content[2][:-300])


def test_the_same_version_changes_nothing_in_any_table(house: House) -> None:
    a_rich_record(house)
    before = house.tables()

    results = house.reprocess(apply=True)

    assert sum(one.objects for one in results) == DoseObjectRow.objects.count()
    assert changes(results) == []
    assert house.tables() == before


def test_the_facts_find_nothing_new_after_the_same_version(house: House) -> None:
    a_rich_record(house)
    paths = FactsPaths.in_data(house.folder.root, settings.RECORD)
    refresh(paths)
    house.reprocess(apply=True)
    assert refresh(paths).months == ()


def test_a_newer_version_that_reads_the_same_is_noted_and_nothing_else(house: House, next_version: None) -> None:
    house.take_in(*a_days_exams(1)[0].objects)
    DoseObjectRow.objects.update(reader_version="1")
    exams = list(Exam.objects.values())

    assert changes(house.reprocess(kept.Which(), apply=True)) == []

    assert list(Exam.objects.values()) == exams
    assert set(DoseObjectRow.objects.values_list("reader_version", flat=True)) == {objects.READER_VERSION}
    assert kept.count(kept.Which()) == 0


def test_a_newer_version_shows_each_field_and_writes_nothing(house: House) -> None:
    house.take_in(*a_days_exams(1)[0].objects)
    before, dlp = house.tables(), Exam.objects.get().dlp_mgy_cm
    assert dlp is not None

    (change,) = changes(house.reprocess(apply=False, alter=a_tenth_more))

    shown = {one.field: (one.before, one.after) for one in change.differences}
    assert change.subject == f"exam {Exam.objects.get().pk}"
    assert shown["dlp_mgy_cm"] == (dlp, pytest.approx(dlp * 1.1))
    assert "part 0.dlp_mgy_cm" in shown
    assert not [name for name in shown if name.startswith("event")]
    assert house.tables() == before


def test_names_of_staff_change_and_are_told_to_no_command(house: House) -> None:
    house.take_in(*a_days_exams(1)[0].objects)

    (change,) = changes(house.reprocess(apply=True, alter=another_operator))

    told = {one.field: (one.before, one.after) for one in change.differences}
    assert "Kanarie" not in str(told)
    assert {name: value for name, value in told.items() if name.startswith("person ")}
    assert "Kanarie^Uta" in ExamPerson.objects.values_list("person__name", flat=True)
    assert "Kanarie" not in str(list(AuditRow.objects.filter(action="reprocessed").values_list("before", "after")))


def another_operator(outcome: Outcome) -> Outcome:
    """A reader that finds another operator."""
    if not isinstance(outcome, ReadResult):
        return outcome
    people = replace(outcome.dose.people, operators=("Kanarie^Uta",))
    return replace(outcome, dose=replace(outcome.dose, people=people))


def test_what_was_shown_becomes_current_and_what_people_did_survives(house: House) -> None:
    first, second = a_days_exams(2)
    house.take_in(*first.objects, *second.objects)
    exam, excluded = Exam.objects.order_by("pk")
    add_comment(SYSTEM, exam.pk, "Asked the radiographer.", COMMAND)
    exclude(SYSTEM, excluded.pk, "phantom", "weekly test", COMMAND)
    held = {"rule": "high-dose", "rule_version": "1", "site_id": exam.site_id, "exam": exam, "sentence": "high"}
    judged = {"raised_at": exam.received_at, "updated_at": exam.received_at, "judged_at": exam.received_at}
    Flag.objects.create(key="k", state="set aside", verdict="large patient", **held, **judged)
    shown = changes(house.reprocess(apply=False, alter=a_tenth_more))

    assert changes(house.reprocess(apply=True, alter=a_tenth_more)) == shown

    now = Exam.objects.get(pk=exam.pk)
    assert (now.dlp_mgy_cm or 0) == pytest.approx((exam.dlp_mgy_cm or 0) * 1.1)
    assert (now.changed > exam.changed, now.received_at, now.settled) == (True, exam.received_at, True)
    assert Comment.objects.get().exam_id == exam.pk
    assert Exam.objects.get(pk=excluded.pk).excluded_as == "phantom"
    assert (Flag.objects.get().state, Flag.objects.get().verdict) == ("set aside", "large patient")
    assert AuditRow.objects.filter(action="reprocessed").count() == 2
    assert changes(house.reprocess(apply=True, alter=a_tenth_more)) == []


def test_reading_otherwise_and_then_as_before_gives_the_record_as_before(house: House) -> None:
    a_rich_record(house)
    keys = list(Exam.objects.order_by("pk").values_list("pk", flat=True))
    before = [exam_state(key) for key in keys]
    assert changes(house.reprocess(apply=True, alter=a_tenth_more))
    assert [exam_state(key) for key in keys] != before

    house.reprocess(apply=True)

    assert [exam_state(key) for key in keys] == before
    assert Exam.objects.count() == len(keys)


def test_an_interrupted_run_goes_on_where_it_was(house: House, next_version: None) -> None:
    house.take_in(*(exam.objects[-1] for exam in a_days_exams(4)))
    DoseObjectRow.objects.update(reader_version="1")
    run = house.again(apply=True, alter=a_tenth_more).run(kept.Which())
    next(run)
    next(run)
    run.close()

    assert kept.count(kept.Which()) == 2
    assert len(changes(house.reprocess(kept.Which(), apply=True, alter=a_tenth_more))) == 2
    assert kept.count(kept.Which()) == 0


def test_an_object_that_only_an_older_version_could_read_stays_as_it_was(house: House) -> None:
    house.take_in(*a_days_exams(1)[0].objects)
    before = house.tables()

    results = house.reprocess(apply=True, alter=lambda outcome: Malformed("a rule that is new"))

    assert [left.reason for one in results for left in one.left] == [
        "This version cannot read it: a rule that is new"
    ] * DoseObjectRow.objects.count()
    assert house.tables() == before


def test_a_patient_that_is_read_otherwise_takes_the_exam_with_its_comments(house: House) -> None:
    house.take_in(*a_days_exams(1)[0].objects)
    exam, patient = Exam.objects.get(), Patient.objects.get()
    add_comment(SYSTEM, exam.pk, "Asked the radiographer.", COMMAND)

    def renumbered(outcome: Outcome) -> Outcome:
        assert isinstance(outcome, ReadResult)
        return replace(outcome, identity=replace(outcome.identity, number="4711-B"))

    house.reprocess(apply=True, alter=renumbered)

    moved = Exam.objects.get()
    assert (moved.pk, moved.comments.count(), moved.patient_id != patient.pk) == (exam.pk, 1, True)
    assert Identity.objects.get(patient=moved.patient, current=True).number == "4711-B"


def test_reading_again_makes_no_scanner_look_alive(house: House) -> None:
    house.take_in(*a_days_exams(1)[0].objects)
    seen = Scanner.objects.get().last_object_at
    house.reprocess(apply=True, alter=a_tenth_more)
    assert Scanner.objects.get().last_object_at == seen


@pytest.mark.parametrize("apply", [False, True])
def test_a_quarantined_object_that_can_be_read_now_enters_its_exam(house: House, apply: bool) -> None:
    (content,) = simulated(1, seed=5)
    house.pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    (claim,) = claims.claim("test", 1, timedelta(minutes=1))
    house.pipeline.settle(claim, Malformed("a fault of ours"))
    before = house.tables()

    found = changes(house.reprocess(kept.Which(states=("quarantined",)), apply=apply))

    assert [change.subject for change in found] == [f"object {claim.object}", "new exam"]
    assert (DoseObjectRow.objects.get().state, Exam.objects.count()) == (("read", 1) if apply else ("quarantined", 0))
    assert apply or house.tables() == before


def written(folder: Path, content: bytes) -> Path:
    (file := folder / "object").write_bytes(content)
    return file


def test_a_report_of_a_kind_that_was_not_read_yet_is_taken_up(house: House, tmp_path: Path) -> None:
    content = a_days_exams(1)[0].objects[-1]
    for name, new in {b"113811": b"113899", b"113819": b"113898"}.items():
        content = content.replace(name, new)
    for name, new in {b"CT Acquisition": b"XX Acquisition", b"CT Accumul": b"XX Accumul"}.items():
        content = content.replace(name, new)
    house.take_in(content)
    assert DoseObjectRow.objects.get().reason_code == "not-read-yet"
    known = house.pipeline.reader(written(tmp_path, a_days_exams(1)[0].objects[-1]))

    house.reprocess(apply=True, alter=lambda outcome: known)

    assert DoseObjectRow.objects.get().state == "read"


def test_in_a_pseudonymous_installation_the_same_version_changes_nothing(house_of: Callable[[bool], House]) -> None:
    house = house_of(True)
    letter = canary.ct()
    letter.SOPInstanceUID = "2.25.92"
    house.take_in(reports.encode(canary.ct()), reports.encode(canary.projection()), reports.encode(letter)[:-400])
    before = house.tables()

    assert changes(house.reprocess(apply=True)) == []
    assert house.tables() == before


def test_a_quarantined_original_of_a_pseudonymous_installation_leaves_no_identity_once_it_is_read(
    house_of: Callable[[bool], House],
) -> None:
    house = house_of(True)
    house.pipeline.inbox.put(io.BytesIO(reports.encode(canary.ct())), Origin("ingest"))
    (claim,) = claims.claim("test", 1, timedelta(minutes=1))
    house.pipeline.settle(claim, Malformed("a fault of ours"))
    assert where(house.folder, canary.TRACES)

    house.reprocess(apply=True)

    assert (DoseObjectRow.objects.get().state, Exam.objects.count()) == ("read", 1)
    assert where(house.folder, canary.TRACES) == set()


def test_what_was_kept_without_identity_before_a_crash_is_not_made_a_pseudonym_of_a_pseudonym(
    house_of: Callable[[bool], House],
) -> None:
    house = house_of(True)
    house.pipeline.inbox.put(io.BytesIO(reports.encode(canary.ct())), Origin("ingest"))
    (claim,) = claims.claim("test", 1, timedelta(minutes=1))
    outcome = house.pipeline.read(claim)
    assert isinstance(outcome, Deidentified)
    house.pipeline.vault.keep(claim.sha256, outcome.content)
    house.pipeline.settle(claim, Malformed("the record could not be written"))

    house.reprocess(apply=True)

    assert Identity.objects.get().number == outcome.result.identity.number


def test_a_quarantined_object_that_turns_out_to_carry_no_dose_is_destroyed(house_of: Callable[[bool], House]) -> None:
    house = house_of(True)
    letter = canary.ct()
    del letter.ContentSequence[1:]
    house.pipeline.inbox.put(io.BytesIO(reports.encode(letter)), Origin("ingest"))
    (claim,) = claims.claim("test", 1, timedelta(minutes=1))
    house.pipeline.settle(claim, Malformed("a fault of ours"))

    house.reprocess(apply=True)

    assert DoseObjectRow.objects.get().state == "not dose"
    assert where(house.folder, canary.TRACES) == set()
