"""Several workers and a person write at the same time, and the record is as if each had come alone."""

import io
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.assess import revised_dose, same_event
from doseloop.model.flag import Finding
from doseloop.pipeline import Pipeline
from doseloop.reading.object import read_object
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.worker import Worker
from doseloop.simulate.day import objects, workday
from doseloop.simulate.department import standard_department
from doseloop.store import claims, findings, flags
from doseloop.store.audit import Actor
from doseloop.store.exclusions import exclude
from doseloop.store.inbox import Origin
from doseloop.store.models import DoseObjectRow, Exam, Flag, Identity, Patient
from tests.store.taken_in import pipeline_over, process, take_in

MINUTE = timedelta(minutes=1)
PERSON = Actor(None, "m.keane")


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    return pipeline_over(folder)


def at_once(*actions: Callable[[], object]) -> None:
    """Run each in a thread of its own, all begun together; the first error is raised."""
    begin = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> None:
        begin.wait()
        try:
            action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as threads:
        for done in [threads.submit(run, action) for action in actions]:
            done.result()


def while_it_enters(pipeline: Pipeline, action: Callable[[], object]) -> None:
    """Do something while an object was entered into the record and its transaction still goes on."""
    entered = threading.Event()
    (claim,) = claims.claim("slow", 1, MINUTE)

    def enter() -> None:
        with transaction.atomic():
            pipeline.settle(claim, pipeline.read(claim))
            entered.set()
            time.sleep(0.5)

    def act() -> None:
        assert entered.wait(20)
        action()

    at_once(enter, act)


def wait_in(pipeline: Pipeline, contents: Iterable[bytes]) -> None:
    for content in contents:
        pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))


def a_study_in_two_objects() -> list[bytes]:
    exams = workday(standard_department(), date(2026, 3, 3), 1)
    return list(next(one.objects for one in exams if len(set(one.objects)) == 2))


def test_four_workers_process_each_object_once_and_join_patients_and_studies(pipeline: Pipeline) -> None:
    contents = list(objects(40, 3))
    wait_in(pipeline, contents)
    settled: list[int] = []

    def work(name: str) -> None:
        with ThreadPoolExecutor(1) as threads:
            worker = Worker(name, pipeline, threads)
            while done := worker.step():
                settled.append(done)

    at_once(*(lambda name=f"worker-{n}": work(name) for n in range(4)))

    assert sum(settled) == len(contents)
    assert {row.state for row in DoseObjectRow.objects.all()} == {"read"}
    numbers = Identity.objects.filter(joins=True).values_list("issuer", "number", "patient")
    assert len(set(numbers)) == len({(issuer, number) for issuer, number, _ in numbers})
    assert Patient.objects.count() == len(set(Identity.objects.values_list("patient", flat=True)))
    assert list(pipeline.inbox.spool.iterdir()) == []


def test_two_objects_of_one_study_make_one_exam(pipeline: Pipeline) -> None:
    wait_in(pipeline, a_study_in_two_objects())
    (first, second) = claims.claim("both", 2, MINUTE)

    at_once(*(lambda c=claim: pipeline.settle(c, pipeline.read(c)) for claim in (first, second)))

    exam = Exam.objects.get()
    assert exam.dose_objects.count() == 2
    assert exam.event_count == exam.events.count() > 0


def test_two_studies_with_one_event_are_both_flagged(pipeline: Pipeline) -> None:
    content = next(iter(objects(1, 5)))
    study = str(read_object(content).dose.study.study_uid)
    other = study[:-1] + str((int(study[-1]) + 1) % 10)
    wait_in(pipeline, [content, content.replace(study.encode(), other.encode())])
    both = claims.claim("both", 2, MINUTE)

    with ThreadPoolExecutor(1) as threads:
        worker = Worker("both", pipeline, threads)
        at_once(*(lambda c=claim: worker._settle(c, pipeline.read(c)) for claim in both))

    assert Exam.objects.count() == 2
    assert Flag.objects.filter(rule=same_event.RULE, state="open").count() == 2


def test_an_exam_that_a_person_excludes_while_it_is_written_anew_stays_excluded(pipeline: Pipeline) -> None:
    first, second = a_study_in_two_objects()
    take_in(pipeline, [first])
    exam = Exam.objects.get().pk
    wait_in(pipeline, [second])

    while_it_enters(pipeline, lambda: exclude(SYSTEM, exam, "phantom", "constancy", PERSON))

    row = Exam.objects.get()
    assert (row.excluded_as, row.event_count, row.dose_objects.count()) == ("phantom", row.events.count(), 2)
    assert not row.parts.filter(eligible=True).exists()


def test_a_verdict_that_is_given_while_the_flag_is_judged_anew_stays(pipeline: Pipeline) -> None:
    content = next(iter(objects(1, 5)))
    take_in(pipeline, [content])
    exam = Exam.objects.get().pk
    found = Finding(
        rule=revised_dose.RULE, version="0", subject=f"exam {exam}", cause="revision", quantity="", value=None,
        expected=None, threshold=None, factor=None, n=0, provisional=False, sentence="It was revised.", not_seen=(),
    )  # fmt: skip
    findings.apply(exam, [findings.ExamFinding(found)])
    flag = Flag.objects.get().pk

    def judge_anew() -> None:
        with transaction.atomic():
            findings.apply(exam, [findings.ExamFinding(replace(found, n=1))])
            judged.set()
            time.sleep(0.5)

    def set_aside() -> None:
        assert judged.wait(20)
        flags.set_aside(SYSTEM, flag, "already known and followed", "", PERSON)

    judged = threading.Event()
    at_once(judge_anew, set_aside)

    row = Flag.objects.get()
    assert (row.state, row.evidence["n"]) == ("set aside", 1)


def test_an_exam_that_gets_an_object_while_another_worker_ends_its_quiet_stays_provisional(pipeline: Pipeline) -> None:
    first, second = a_study_in_two_objects()
    take_in(pipeline, [first])
    Exam.objects.update(received_at=timezone.now() - timedelta(hours=1))
    wait_in(pipeline, [second])

    while_it_enters(pipeline, lambda: pipeline.settle_quiet(timedelta(minutes=15)))

    assert not Exam.objects.get().settled


def test_an_object_that_is_claimed_anew_while_it_is_settled_is_settled_once(pipeline: Pipeline) -> None:
    wait_in(pipeline, objects(1, 5))
    (claim,) = claims.claim("late", 1, timedelta(seconds=-1))
    settled: list[int] = []

    def work() -> None:
        settled.append(process(pipeline, "other"))

    at_once(lambda: pipeline.settle(claim, pipeline.read(claim)), work)

    assert DoseObjectRow.objects.get().state == "read"
    assert Exam.objects.get().event_count > 0
    assert list(pipeline.inbox.spool.iterdir()) == []
