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
from doseloop.model.dose_object import People, ReadResult
from doseloop.model.flag import Finding
from doseloop.pipeline import Pipeline
from doseloop.reading.object import read_object
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.worker import Worker
from doseloop.simulate.day import objects, workday
from doseloop.simulate.department import standard_department
from doseloop.store import claims, findings, flags, scanners
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


def meanwhile(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Do the second thing while the first is written and its transaction still goes on."""
    written = threading.Event()

    def write() -> None:
        with transaction.atomic():
            first()
            written.set()
            time.sleep(0.5)

    def act() -> None:
        assert written.wait(20)
        second()

    at_once(write, act)


def entering(pipeline: Pipeline, station: str = "", **patient: str | None) -> Callable[[], None]:
    """Enter the next object that waits, as if it came from the scanner of that station and said so of the patient.

    The scanner is known already and nobody is named, else two writers would meet at a new row of its site or person.
    """
    (claim,) = claims.claim(f"worker of {station}", 1, MINUTE)
    outcome = pipeline.read(claim)
    assert isinstance(outcome, ReadResult)
    if station:
        equipment = replace(outcome.dose.equipment, station_name=station, serial_number=station)
        outcome = replace(outcome, dose=replace(outcome.dose, equipment=equipment, people=People()))
        scanners.scanner_of(equipment, outcome.dose.modality, pipeline.defaults)
    outcome = replace(outcome, identity=replace(outcome.identity, **patient))
    return lambda: pipeline.settle(claim, outcome)


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


def test_two_objects_of_one_study_from_two_consoles_make_one_exam(pipeline: Pipeline) -> None:
    wait_in(pipeline, a_study_in_two_objects())

    meanwhile(entering(pipeline, "CT1"), entering(pipeline, "CT2"))

    exam = Exam.objects.get()
    assert exam.dose_objects.count() == 2
    assert exam.event_count == exam.events.count() > 0
    assert Patient.objects.count() == 1


def test_an_object_without_number_waits_for_the_patient_of_its_study(pipeline: Pipeline) -> None:
    wait_in(pipeline, a_study_in_two_objects())

    meanwhile(entering(pipeline, "CT1"), entering(pipeline, "CT2", number=None))

    assert (Exam.objects.count(), Patient.objects.count()) == (1, 1)


def test_two_studies_of_a_new_patient_are_of_one_patient(pipeline: Pipeline) -> None:
    content = next(iter(objects(1, 5)))
    study = read_object(content).dose.study.study_uid
    wait_in(pipeline, [content, content.replace(study.encode(), another_uid(study).encode())])

    meanwhile(entering(pipeline, "CT1"), entering(pipeline, "CT2"))

    assert (Exam.objects.count(), Patient.objects.count()) == (2, 1)


def test_two_studies_with_one_event_are_both_flagged(pipeline: Pipeline) -> None:
    content = next(iter(objects(1, 5)))
    dose, who = read_object(content).dose, read_object(content).identity
    assert who.number
    other = content.replace(dose.study.study_uid.encode(), another_uid(dose.study.study_uid).encode())
    wait_in(pipeline, [content, other.replace(who.number.encode(), another_uid(who.number).encode())])

    meanwhile(entering(pipeline, "CT1"), entering(pipeline, "CT2"))

    assert (Exam.objects.count(), Patient.objects.count()) == (2, 2)
    assert Flag.objects.filter(rule=same_event.RULE, state="open").count() == 2


def another_uid(uid: str) -> str:
    """One of the same length."""
    return uid[:-1] + str((int(uid[-1]) + 1) % 10)


def test_an_exam_that_a_person_excludes_while_it_is_written_anew_stays_excluded(pipeline: Pipeline) -> None:
    first, second = a_study_in_two_objects()
    take_in(pipeline, [first])
    exam = Exam.objects.get().pk
    wait_in(pipeline, [second])

    meanwhile(lambda: exclude(SYSTEM, exam, "phantom", "constancy", PERSON), entering(pipeline))

    row = Exam.objects.get()
    assert (row.excluded_as, row.event_count, row.dose_objects.count()) == ("phantom", row.events.count(), 2)
    assert not row.parts.filter(eligible=True).exists()


def test_a_verdict_that_is_given_while_the_flag_is_judged_anew_stays(pipeline: Pipeline) -> None:
    content = next(iter(objects(1, 5)))
    take_in(pipeline, [content])
    exam = Exam.objects.get().pk
    found = Finding(revised_dose.RULE, "0", f"exam {exam}", "revision", "It was revised.")
    findings.apply(exam, [findings.ExamFinding(found)])
    flag = Flag.objects.get().pk

    meanwhile(
        lambda: flags.set_aside(SYSTEM, flag, "already known and followed", "", PERSON),
        lambda: findings.apply(exam, [findings.ExamFinding(replace(found, n=1))]),
    )

    row = Flag.objects.get()
    assert (row.state, row.verdict, row.evidence["n"]) == ("set aside", "already known and followed", 1)


def test_an_exam_that_gets_an_object_while_another_worker_ends_its_quiet_stays_provisional(pipeline: Pipeline) -> None:
    first, second = a_study_in_two_objects()
    take_in(pipeline, [first])
    Exam.objects.update(received_at=timezone.now() - timedelta(hours=1))
    wait_in(pipeline, [second])

    meanwhile(entering(pipeline), lambda: pipeline.settle_quiet(timedelta(minutes=15)))

    assert not Exam.objects.get().settled


def test_an_object_whose_lease_ends_while_it_is_settled_is_settled_once(pipeline: Pipeline) -> None:
    wait_in(pipeline, objects(1, 5))
    (late,) = claims.claim("late", 1, timedelta(seconds=-1))
    outcome = pipeline.read(late)
    settled: list[int] = []

    meanwhile(lambda: pipeline.settle(late, outcome), lambda: settled.append(process(pipeline, "other")))

    assert settled == [0]
    assert DoseObjectRow.objects.get().state == "read"
    assert Exam.objects.get().event_count > 0
    assert list(pipeline.inbox.spool.iterdir()) == []


def test_an_object_that_was_claimed_anew_is_left_to_who_has_it(pipeline: Pipeline) -> None:
    wait_in(pipeline, objects(1, 5))
    (late,) = claims.claim("late", 1, timedelta(seconds=-1))
    outcome = pipeline.read(late)

    meanwhile(lambda: claims.claim("other", 1, MINUTE), lambda: pipeline.settle(late, outcome))

    row = DoseObjectRow.objects.get()
    assert (row.state, row.claimed_by) == ("waiting", "other")
    assert not Exam.objects.exists()
    assert len(list(pipeline.inbox.spool.iterdir())) == 1
