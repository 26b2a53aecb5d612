"""One DICOM port: connections wait in the waiting room and become associations of pynetdicom at the door.

One thread accepts, reads requests and decides. pynetdicom's own server starts a thread for each connection and counts it as an
association before it has asked for one.
"""

import errno
import selectors
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext
from pynetdicom.transport import AssociationServer, AssociationSocket, RequestHandler

from doseloop.model.errors import PeerRefused
from doseloop.receive.associations import Associations
from doseloop.receive.dimse_limits import DimseLimits
from doseloop.receive.messages import Messages
from doseloop.receive.pdu_reader import PduReader
from doseloop.receive.peers import Peers
from doseloop.receive.refusal_book import RefusalBook
from doseloop.receive.states import States
from doseloop.receive.tls import peer_names
from doseloop.receive.waiting_room import Guest, WaitingRoom
from doseloop.store.inbox import Inbox
from doseloop.store.peers import NOT_KNOWN

_BACKLOG = 128
_ACCEPTED_AT_ONCE = 64
_TURN_S = 0.25
_FAREWELL_S, _MOST_FAREWELLS = 2.0, 64
"""How long a rejected peer has for closing its connection (ARTIM, PS3.8 section 9.1.4), and how many may at once."""
_PATIENCE_S = 1.0
"""How long a request waits for a place: associations that were released take a moment to end."""
_SOON_S = 0.02

_CALLING_AE_NOT_RECOGNISED, _CALLED_AE_NOT_RECOGNISED = (1, 1, 3), (1, 1, 7)
_LOCAL_LIMIT_EXCEEDED = (2, 3, 2)
"""Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 table 9-21)."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class House:
    """What all ports of a receiver share."""

    ae: str
    limits: DimseLimits
    inbox: Inbox
    peers: Peers
    associations: Associations
    book: RefusalBook
    checks_called_ae: bool = False
    """Whether a peer must ask for `ae` by its name."""
    checks_certificates: bool = False
    """Whether a peer over TLS must call itself by a name in its certificate."""


@dataclass(eq=False, slots=True)
class _Farewell:
    """A connection whose peer was rejected, until the peer closes it."""

    connection: socket.socket
    until: float


class DimseServer(AssociationServer):
    """A port of the house."""

    request_queue_size = _BACKLOG

    def __init__(self, *given: Any, house: House, **named: Any) -> None:
        super().__init__(*given, **named)
        self.RequestHandlerClass, self.contexts = _Seated, _Offered(self.contexts)
        self.house, self._room = house, WaitingRoom(house.limits)
        self._over, self._ended = threading.Event(), threading.Event()
        self._selector = selectors.DefaultSelector()
        self._farewells: list[_Farewell] = []

    def serve_forever(self, poll_interval: float = _TURN_S) -> None:
        """Accept until `shutdown`."""
        assert self.socket is not None
        self.socket.setblocking(False)
        self._selector.register(self.socket, selectors.EVENT_READ)
        try:
            while not self._over.is_set():
                self._turn(_SOON_S if self._room.asking() else poll_interval)
        finally:
            for guest in list(self._room.guests.values()):
                self._close(guest)
            for farewell in tuple(self._farewells):
                self._end(farewell)
            self._selector.close()
            self._ended.set()

    def shutdown(self) -> None:
        """Close the port, and end what stands. Returns once the thread of `serve_forever` is done."""
        self._over.set()
        self._ended.wait(5)
        self.server_close()
        self.house.associations.end_all()

    def _turn(self, wait_s: float) -> None:
        for key, _ in self._selector.select(wait_s):
            if key.data is None:
                self._accept()
            elif isinstance(key.data, _Farewell):
                self._end(key.data)
            elif key.data.connection in self._room.guests:
                self._hear(key.data)
        self.house.associations.sweep()
        for guest in self._room.asking():
            self._at_the_door(guest)
        for farewell in [one for one in self._farewells if time.monotonic() > one.until]:
            self._end(farewell)
        for guest in self._room.late(time.monotonic()):
            self._refuse(guest, f"did not ask for an association within {self.house.limits.deadline_s:g} s")

    def _accept(self) -> None:
        assert self.socket is not None
        for _ in range(_ACCEPTED_AT_ONCE):
            try:
                connection, address = self.socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                self._make_room(error)
                return
            self._let_in(connection, address)

    def _make_room(self, error: OSError) -> None:
        """Out of file descriptors: the oldest connection that waits has to go."""
        _log.error("a connection could not be accepted", reason=errno.errorcode.get(error.errno or 0, ""))
        if oldest := next(iter(self._room.guests.values()), None):
            self._refuse(oldest, "held a connection while there were too many")
        else:
            time.sleep(_TURN_S)

    def _let_in(self, connection: socket.socket, address: Any) -> None:
        connection.setblocking(False)
        if self.ssl_context is not None:
            connection = self.ssl_context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        guest = Guest(connection, address, time.monotonic(), shakes_hands=self.ssl_context is not None)
        leaving = self._room.enter(guest)
        if leaving is not None:
            self._selector.unregister(leaving.connection)
            self._turned_away(leaving, f"held more connections than others while {self.house.limits.waiting} waited")
        self._selector.register(connection, selectors.EVENT_READ, guest)

    def _hear(self, guest: Guest) -> None:
        try:
            still_there = guest.hear(self.house.limits)
        except PeerRefused as error:
            self._refuse(guest, str(error))
        except OSError:
            self._close(guest)
        else:
            if not still_there:
                self._close(guest)
            elif guest.request is None:
                events = selectors.EVENT_WRITE if guest.wants_to_write else selectors.EVENT_READ
                self._selector.modify(guest.connection, events, guest)

    def _at_the_door(self, guest: Guest) -> None:
        """Admit a guest who has asked, turn it away, or let it wait a moment for a place."""
        assert guest.request is not None
        house, asked = self.house, guest.request
        if asked.contexts > house.limits.contexts:
            self._refuse(guest, f"offered more than {house.limits.contexts} presentation contexts")
        elif house.checks_called_ae and asked.called_ae != house.ae:
            self._reject(guest, f"asked for another AE title than {house.ae}", _CALLED_AE_NOT_RECOGNISED)
        elif not house.peers.admits(asked.calling_ae, guest.host):
            self._reject(guest, NOT_KNOWN, _CALLING_AE_NOT_RECOGNISED)
        elif house.checks_certificates and not _is_named_by_its_certificate(guest):
            self._reject(guest, "calls itself by a name that its certificate does not have", _CALLING_AE_NOT_RECOGNISED)
        elif why := house.associations.obstacle(guest.host):
            self._ask_for_patience(guest, why)
        else:
            self._seat(guest)

    def _ask_for_patience(self, guest: Guest, why: str) -> None:
        if time.monotonic() > guest.since + _PATIENCE_S:
            self._reject(guest, why, _LOCAL_LIMIT_EXCEEDED)
        elif guest.connection in self._selector.get_map():
            self._selector.unregister(guest.connection)

    def _seat(self, guest: Guest) -> None:
        self._forget(guest)
        try:
            self.process_request(guest, guest.address)  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 (the rim: an association that cannot start costs only itself)
            _log.exception("an association could not be started", host=guest.host)
            self.shutdown_request(guest.connection)

    def _reject(self, guest: Guest, reason: str, answer: tuple[int, int, int]) -> None:
        self._note(guest, reason)  # first, so that who hears of it can find it noted
        with suppress(OSError):
            guest.connection.send(bytes((0x03, 0, 0, 0, 0, 4, 0, *answer)))
        self._forget(guest)
        self._wait_until_it_closes(guest.connection)

    def _wait_until_it_closes(self, connection: socket.socket) -> None:
        """The peer closes a connection that was rejected (PS3.8 section 9.2, action AE-8): one that we closed at once could be
        gone at the peer before it has read why."""
        if len(self._farewells) >= _MOST_FAREWELLS:
            self._end(self._farewells[0])
        farewell = _Farewell(connection, time.monotonic() + _FAREWELL_S)
        self._farewells.append(farewell)
        self._selector.register(connection, selectors.EVENT_READ, farewell)

    def _end(self, farewell: _Farewell) -> None:
        if farewell not in self._farewells:  # ended in this very turn, to make room
            return
        self._farewells.remove(farewell)
        self._selector.unregister(farewell.connection)
        _shut(farewell.connection)

    def _refuse(self, guest: Guest, reason: str) -> None:
        self._forget(guest)
        self._turned_away(guest, reason)

    def _close(self, guest: Guest) -> None:
        self._forget(guest)
        _shut(guest.connection)

    def _forget(self, guest: Guest) -> None:
        self._room.leave(guest)
        if guest.connection in self._selector.get_map():
            self._selector.unregister(guest.connection)

    def _turned_away(self, guest: Guest, reason: str) -> None:
        self._note(guest, reason)
        _shut(guest.connection)

    def _note(self, guest: Guest, reason: str) -> None:
        self.house.book.note(guest.request.calling_ae if guest.request else "", guest.host, reason)


class _Offered(list[PresentationContext]):
    """Contexts, of which pynetdicom copies each for every association, only to read it: that took longer than the rest."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Offered":
        return _Offered(self)


class _Seated(RequestHandler):
    """Makes pynetdicom's association of a guest."""

    server: DimseServer

    def _create_association(self) -> Association:
        guest, house = self.request, self.server.house
        self.request = guest.connection
        association = super()._create_association()
        assert isinstance(association.dul.socket, AssociationSocket)
        association.dul.event_queue.get_nowait()  # the reader brings its own notice of the connection
        note = lambda reason: house.book.note(guest.request.calling_ae, guest.host, reason)  # noqa: E731
        association.dul.socket = PduReader(association, guest.connection, bytes(guest.received), house.limits, note)
        association.dul.state_machine = States(association.dul)
        association.dimse = Messages(association, house.inbox)
        association.daemon = association.dul.daemon = True
        house.associations.add(association, guest.host)
        return association


def _is_named_by_its_certificate(guest: Guest) -> bool:
    if not isinstance(guest.connection, ssl.SSLSocket) or guest.request is None:
        return True
    return guest.request.calling_ae.upper() in peer_names(guest.connection.getpeercert())


def _shut(connection: socket.socket) -> None:
    with suppress(OSError, ssl.SSLError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
