"""PDUs off one socket, within limits. pynetdicom itself reads whatever length a header declares, at whatever rate.

The seams are pynetdicom's own: its reactor asks `AssociationSocket.recv` for the six bytes of a header and then for the length
that they declare, and asks `ready` before each PDU. tests/receive/test_pynetdicom_canary.py holds every new version to that.
"""

import select
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from pynetdicom.association import Association
from pynetdicom.transport import AssociationSocket

from doseloop.receive.association_request import HEADER
from doseloop.receive.dimse_limits import DimseLimits
from doseloop.receive.pace import Pace

_KNOWN_TYPES = range(0x01, 0x08)
_CHUNK = 65_536
_MESSAGES_AHEAD = 2
"""Messages that may wait for their answer; until one is answered no more is read, and TCP holds the sender back."""
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)
_ABORT = bytes((0x07, 0, 0, 0, 0, 4, 0, 0, 2, 0))
"""A-ABORT by the service provider, no reason given (PS3.8 section 9.3.8)."""


class PduReader(AssociationSocket):
    """pynetdicom's socket of one association whose first PDU was read already."""

    def __init__(
        self,
        association: Association,
        connection: socket.socket,
        first_pdu: bytes,
        limits: DimseLimits,
        note: Callable[[str], None],
    ) -> None:
        super().__init__(association, client_socket=connection)
        self._first, self._limits, self._note = bytearray(first_pdu), limits, note
        self._pace = Pace(limits.rate_bytes_per_s, limits.rate_window_s)
        self._body_due = False
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)
        connection.settimeout(limits.idle_s)

    @property
    def ready(self) -> bool:
        """Whether a PDU can be read now. A transfer that pauses for too long ends here."""
        if self._first:
            return True
        if self.socket is None or not self._is_connected:
            return False
        if self._is_held_back():
            self._pace.rest()
            return False
        if self._pace.too_slow(time.monotonic()):
            self._end(self._slow())
            self.event_queue.put("Evt17")
            return False
        return self._has_data()

    def _is_held_back(self) -> bool:
        """Whether earlier messages must be answered first."""
        if self.assoc.dimse.message is None:
            self._pace.rest()
        return self.assoc.dimse.msg_queue.qsize() >= _MESSAGES_AHEAD

    def _has_data(self) -> bool:
        pending = isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0
        return pending or bool(self._poll.poll(0))

    def recv(self, nr_bytes: int) -> bytearray:
        """`nr_bytes` bytes, fewer at the end of the connection.

        Errors: `ConnectionAbortedError` where a limit is passed; the peer has its A-ABORT by then. Other `OSError`s of the
        connection.
        """
        if self._body_due:
            self._body_due = False
            return self._read(nr_bytes)
        header = self._read(nr_bytes)
        if len(header) == HEADER.size:
            self._check(header)
        return header

    def _check(self, header: bytearray) -> None:
        kind, length = HEADER.unpack(header)
        self._body_due = kind in _KNOWN_TYPES
        if self._body_due and length > self._limits.pdu_bytes:
            self._abort(f"declared a PDU longer than {self._limits.pdu_bytes} bytes")

    def _read(self, number: int) -> bytearray:
        taken, self._first = self._first[:number], self._first[number:]
        self._pace.begin(time.monotonic())
        while len(taken) < number:
            chunk = self._chunk(number - len(taken))
            if not chunk:
                break
            taken += chunk
        return taken

    def _chunk(self, number: int) -> bytes:
        assert self.socket is not None
        while True:
            now = time.monotonic()
            if self._pace.too_slow(now):
                self._abort(self._slow())
            self.socket.settimeout(max(0.01, self._pace.left_s(now)))
            try:
                chunk = self.socket.recv(min(number, _CHUNK))
            except TimeoutError:
                continue
            finally:
                self.socket.settimeout(self._limits.idle_s)
            self._acknowledge_at_once()
            self._pace.count(len(chunk))
            return chunk

    def _acknowledge_at_once(self) -> None:
        """Senders that leave Nagle's algorithm on (DCMTK's storescu among them) wait for the delayed acknowledgement, 40 ms
        for each object. TCP_QUICKACK (Linux, tcp(7)) ends the wait; it is not permanent and is set again after each read.
        """
        if _QUICKACK is not None and self.socket is not None:
            self.socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def _slow(self) -> str:
        return f"sent less than {self._limits.rate_bytes_per_s} bytes/s for {self._limits.rate_window_s:g} s"

    def _abort(self, reason: str) -> None:
        self._end(reason)
        raise ConnectionAbortedError(reason)

    def _end(self, reason: str) -> None:
        """Note why, and tell the peer, which may not listen."""
        self._note(reason)
        with suppress(OSError):
            assert self.socket is not None
            self.socket.settimeout(0.1)
            self.socket.send(_ABORT)
