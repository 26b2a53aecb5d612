"""Connections until they have asked for an association: no thread is spent on them, and they have one deadline.

An idle socket, a dripping one and a huge declared length cost one entry here. Where the room is full, the host that fills it most
loses its oldest connection, so that a newcomer always gets in.
"""

import socket
import ssl
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from doseloop.model.errors import PeerRefused
from doseloop.receive.association_request import HEADER, AssociationRequest, length_of, read_request
from doseloop.receive.dimse_limits import DimseLimits

_CHUNK = 65_536


@dataclass(eq=False, slots=True)
class Guest:
    """One connection. `request` is there once the whole A-ASSOCIATE-RQ is in `received`."""

    connection: socket.socket
    address: Any
    since: float
    shakes_hands: bool = False
    """Whether the TLS handshake is still to be done."""
    wants_to_write: bool = False
    received: bytearray = field(default_factory=bytearray)
    request: AssociationRequest | None = None

    @property
    def host(self) -> str:
        """Its address without the port."""
        return str(self.address[0])

    def hear(self, limits: DimseLimits) -> bool:
        """Take in what has come, without waiting. Returns False where the peer has gone.

        Errors: `PeerRefused`; `OSError` of the connection.
        """
        try:
            if self.shakes_hands:
                self._shake_hands()
            return self._read(limits)
        except (BlockingIOError, ssl.SSLWantReadError):
            self.wants_to_write = False
        except ssl.SSLWantWriteError:
            self.wants_to_write = True
        return True

    def _shake_hands(self) -> None:
        assert isinstance(self.connection, ssl.SSLSocket)
        try:
            self.connection.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            raise PeerRefused(_told(error)) from error
        self.shakes_hands, self.wants_to_write = False, False

    def _read(self, limits: DimseLimits) -> bool:
        while self.request is None:
            chunk = self.connection.recv(min(self._missing(limits), _CHUNK))
            if not chunk:
                return False
            self.received += chunk
            if len(self.received) > HEADER.size and not self._missing(limits):
                self.request = read_request(bytes(self.received))
        return True

    def _missing(self, limits: DimseLimits) -> int:
        """Bytes until the header is whole, then until the request is. Never more: what follows belongs to pynetdicom."""
        if len(self.received) < HEADER.size:
            return HEADER.size - len(self.received)
        header = bytes(self.received[: HEADER.size])
        return HEADER.size + length_of(header, limits.request_bytes) - len(self.received)


def _told(error: ssl.SSLError) -> str:
    """An error of OpenSSL as a reason."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"showed a certificate that is not accepted: {error.verify_message}"
    if error.reason in ("HTTP_REQUEST", "WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"):
        return "spoke without TLS on the TLS port"
    return f"could not agree on TLS: {(error.reason or 'connection lost').replace('_', ' ').lower()}"


@dataclass(slots=True)
class WaitingRoom:
    """The guests, oldest first."""

    limits: DimseLimits
    guests: dict[socket.socket, Guest] = field(default_factory=dict)

    def enter(self, guest: Guest) -> Guest | None:
        """Let one in. Returns the one that has to leave for it, None where there was room."""
        leaving = self._greediest() if len(self.guests) >= self.limits.waiting else None
        if leaving is not None:
            self.leave(leaving)
        self.guests[guest.connection] = guest
        return leaving

    def leave(self, guest: Guest) -> None:
        """Forget one; its connection stays open."""
        del self.guests[guest.connection]

    def asking(self) -> list[Guest]:
        """Those whose request is whole."""
        return [guest for guest in self.guests.values() if guest.request is not None]

    def late(self, now: float) -> list[Guest]:
        """Those past their deadline."""
        found = []
        for guest in self.guests.values():
            if guest.since + self.limits.deadline_s > now:
                break
            found.append(guest)
        return found

    def _greediest(self) -> Guest | None:
        hosts = Counter(guest.host for guest in self.guests.values())
        host = hosts.most_common(1)[0][0] if hosts else ""
        return next((guest for guest in self.guests.values() if guest.host == host), None)
