import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

import pytest
from pydicom.uid import ExplicitVRLittleEndian, XRayRadiationDoseSRStorage
from pynetdicom import evt
from pynetdicom.ae import ApplicationEntity
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from doseloop.model.errors import SimulationError
from doseloop.simulate import SimulatedExam, send, standard_department, workday
from doseloop.simulate.send import Pace, deliveries_in_order
from tests.roles.installation import free_port

pytestmark = pytest.mark.peers


@dataclass
class Taken:
    """What a receiver got: pairs of calling AE title and SOP Instance UID, and how many associations."""

    stored: list[tuple[str, str]] = field(default_factory=list)
    associations: int = 0
    abort_at: int = 0


@contextmanager
def receiver(abort_at: int = 0) -> Iterator[tuple[int, Taken]]:
    taken = Taken(abort_at=abort_at)

    def store(event: Event) -> int:
        request = event.request
        assert isinstance(request, C_STORE)
        taken.stored.append((event.assoc.requestor.ae_title, str(request.AffectedSOPInstanceUID)))
        if len(taken.stored) == taken.abort_at:
            event.assoc.abort()
        return 0

    def requested(event: Event) -> None:
        taken.associations += 1

    entity = ApplicationEntity(ae_title="DOSELOOP")
    entity.add_supported_context(XRayRadiationDoseSRStorage, ExplicitVRLittleEndian)
    handlers = [(evt.EVT_C_STORE, store), (evt.EVT_REQUESTED, requested)]
    server = entity.start_server(("127.0.0.1", free_port()), block=False, evt_handlers=handlers)  # type: ignore[arg-type]
    assert server is not None
    assert server.socket is not None
    try:
        yield server.socket.getsockname()[1], taken
    finally:
        server.shutdown()


@pytest.fixture(scope="module")
def exams() -> list[SimulatedExam]:
    return list(islice(workday(standard_department(), date(2026, 9, 8), 61), 20))


def test_every_object_is_acknowledged_under_its_scanners_name(exams: list[SimulatedExam]) -> None:
    titles = {scanner.name: scanner.ae_title for scanner in standard_department().scanners}
    with receiver() as (port, taken):
        answers = list(send.send(exams, "127.0.0.1", port, "DOSELOOP"))
    assert all(answer.acknowledged for answer in answers)
    assert [(titles[answer.scanner], answer.sop_instance_uid) for answer in answers] == taken.stored
    assert len(answers) == len(list(deliveries_in_order(exams)))


def test_each_scanner_keeps_one_association(exams: list[SimulatedExam]) -> None:
    with receiver() as (port, taken):
        list(send.send(exams, "127.0.0.1", port, "DOSELOOP"))
    assert taken.associations == len({exam.scanner.name for exam in exams})


def test_one_association_serves_all_where_that_is_asked_for(exams: list[SimulatedExam]) -> None:
    with receiver() as (port, taken):
        list(send.send(exams, "127.0.0.1", port, "DOSELOOP", associations_by_scanner=False))
    assert (taken.associations, {title for title, _ in taken.stored}) == (1, {"DOSELOOP_SIM"})


def test_after_an_abort_the_object_is_sent_again(exams: list[SimulatedExam]) -> None:
    with receiver(abort_at=3) as (port, taken):
        answers = list(send.send(exams[:8], "127.0.0.1", port, "DOSELOOP"))
    assert all(answer.acknowledged for answer in answers)
    assert {answer.sop_instance_uid for answer in answers} == {uid for _, uid in taken.stored}
    assert len(taken.stored) == len(answers) + 1


def test_a_given_rate_is_kept(exams: list[SimulatedExam]) -> None:
    with receiver() as (port, _):
        began = time.monotonic()
        answers = list(send.send(exams[:6], "127.0.0.1", port, "DOSELOOP", pace=Pace(objects_per_s=10)))
    assert time.monotonic() - began >= (len(answers) - 1) / 10


def test_the_hospitals_clock_can_be_followed_faster(exams: list[SimulatedExam]) -> None:
    ordered = list(deliveries_in_order(exams[:4]))
    lasting_s = (ordered[-1].at - ordered[0].at).total_seconds()
    with receiver() as (port, taken):
        began = time.monotonic()
        list(send.send(exams[:4], "127.0.0.1", port, "DOSELOOP", pace=Pace(speed=lasting_s)))
    assert 1.0 <= time.monotonic() - began < 5.0
    assert taken.associations == len(ordered)


# pynetdicom leaves the socket of a refused connection to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_receiver_that_is_not_there_is_said_to_be(exams: list[SimulatedExam]) -> None:
    port = free_port()
    with pytest.raises(SimulationError, match=f"127.0.0.1:{port}"):
        list(send.send(exams[:1], "127.0.0.1", port, "DOSELOOP", attempts=1))
