"""Sends what leaves the scanners over the network: C-STORE (PS3.4 annex B) with each scanner's own calling AE title."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush
from io import BytesIO
from socket import IPPROTO_TCP, TCP_NODELAY
from types import TracebackType
from typing import Self

from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, XRayRadiationDoseSRStorage
from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association

from doseloop.model.errors import SimulationError
from doseloop.simulate.day import Delivery, SimulatedExam
from doseloop.simulate.report import encode, sop_instance_uid

SUCCESS = 0x0000
COMMON_AE_TITLE = "DOSELOOP_SIM"
ATTEMPTS = 5
PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver answered to one object."""

    sop_instance_uid: str
    scanner: str
    at: datetime
    """When the answer came, UTC."""
    status: int
    """Status (0000,0900); 0 is success."""

    @property
    def acknowledged(self) -> bool:
        """True where the receiver has taken the object over."""
        return self.status == SUCCESS


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where objects go."""

    host: str
    port: int
    called_ae: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast objects leave. Without either: as fast as the receiver answers."""

    objects_per_s: float | None = None
    speed: float | None = None
    """Follows the clock of the virtual hospital: 1 is real time, 60 an hour in a minute. One association per object."""


AS_FAST_AS_POSSIBLE = Pace()


def send(
    exams: Iterable[SimulatedExam],
    host: str,
    port: int,
    called_ae: str,
    *,
    pace: Pace = AS_FAST_AS_POSSIBLE,
    associations_by_scanner: bool = True,
    attempts: int = ATTEMPTS,
) -> Iterator[Answer]:
    """Sends every object in the order in which they leave the scanners and yields each answer as it comes.

    An association that is lost is opened again and the object sent once more, as a scanner does: a receiver may get an
    object twice, never not at all. Raises SimulationError where the receiver stays away for so many attempts.
    """
    receiver = Receiver(host, port, called_ae)
    with _Scanners(receiver, associations_by_scanner, keep=pace.speed is None, attempts=attempts) as scanners:
        for delivery in _paced(deliveries_in_order(exams), pace):
            yield scanners.store(delivery)


def deliveries_in_order(exams: Iterable[SimulatedExam]) -> Iterator[Delivery]:
    """The deliveries of exams that come in the order of their beginning, in the order of their own time."""
    waiting: list[tuple[datetime, int, Delivery]] = []
    number = 0
    for exam in exams:
        while waiting and waiting[0][0] <= exam.at:
            yield heappop(waiting)[2]
        for delivery in exam.deliveries:
            heappush(waiting, (delivery.at, number, delivery))
            number += 1
    while waiting:
        yield heappop(waiting)[2]


def _paced(deliveries: Iterable[Delivery], pace: Pace) -> Iterator[Delivery]:
    began = time.monotonic()
    first: datetime | None = None
    for number, delivery in enumerate(deliveries):
        first = first or delivery.at
        due_s = 0.0
        if pace.speed is not None:
            due_s = (delivery.at - first).total_seconds() / pace.speed
        elif pace.objects_per_s is not None:
            due_s = number / pace.objects_per_s
        time.sleep(max(0.0, began + due_s - time.monotonic()))
        yield delivery


class _Scanners:
    """The associations of all scanners with one receiver."""

    def __init__(self, receiver: Receiver, by_scanner: bool, keep: bool, attempts: int) -> None:
        self.receiver, self.by_scanner, self.keep, self.attempts = receiver, by_scanner, keep, attempts
        self.open: dict[str, Association] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for ae_title in list(self.open):
            self._release(ae_title)

    def store(self, delivery: Delivery) -> Answer:
        """Sends one object until it is answered."""
        scanner = delivery.report.exam.scanner
        ae_title = scanner.ae_title if self.by_scanner else COMMON_AE_TITLE
        status = self._status(ae_title, encode(delivery.report))
        if not self.keep:
            self._release(ae_title)
        return Answer(sop_instance_uid(delivery.report), scanner.name, datetime.now(UTC), status)

    def _status(self, ae_title: str, file: bytes) -> int:
        dataset = dcmread(BytesIO(file))
        for attempt in range(self.attempts):
            if attempt:
                time.sleep(PAUSE_S * attempt)
            association = self._association(ae_title)
            if association is None:
                continue
            try:
                answer = association.send_c_store(dataset)
            except RuntimeError:  # the association was aborted between the look at it and the sending
                continue
            if "Status" in answer:
                return int(answer.Status)
        receiver = self.receiver
        raise SimulationError(f"{receiver.called_ae} at {receiver.host}:{receiver.port} does not answer")

    def _association(self, ae_title: str) -> Association | None:
        known = self.open.get(ae_title)
        if known is not None and known.is_established:
            return known
        entity = ApplicationEntity(ae_title=ae_title)
        # A scanner may be silent for hours; pynetdicom would abort its own association after a minute.
        entity.network_timeout = None
        entity.add_requested_context(XRayRadiationDoseSRStorage, ExplicitVRLittleEndian)
        association = entity.associate(self.receiver.host, self.receiver.port, ae_title=self.receiver.called_ae)
        if not association.is_established:
            return None
        _send_at_once(association)
        self.open[ae_title] = association
        return association

    def _release(self, ae_title: str) -> None:
        association = self.open.pop(ae_title, None)
        if association is not None and association.is_established:
            association.release()


def _send_at_once(association: Association) -> None:
    """Without this each object waits 40 ms for the receiver's delayed acknowledgement (Nagle's algorithm)."""
    connection = association.dul.socket
    if connection is not None and connection.socket is not None:
        connection.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
