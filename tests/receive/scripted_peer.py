"""A peer that sends any bytes: PDUs (PS3.8 section 9.3) and DIMSE commands (PS3.7 annex E), sound or not, at any pace."""

import socket
import struct
import time
from types import TracebackType
from typing import Self

STORAGE, VERIFICATION = "1.2.840.10008.5.1.4.1.1.88.67", "1.2.840.10008.1.1"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
ACCEPTED, REJECTED, RELEASED, ABORTED, CLOSED = 2, 3, 6, 7, 0
"""PDU types that answer; CLOSED where the connection ended without one."""


def pdu(kind: int, body: bytes, declared: int | None = None) -> bytes:
    """One PDU, with another length than its own where `declared` is given."""
    return struct.pack(">BxL", kind, len(body) if declared is None else declared) + body


def item(kind: int, body: bytes) -> bytes:
    return struct.pack(">BxH", kind, len(body)) + body


def associate(contexts: int = 1, calling: str = "CT1", called: str = "DOSELOOP", filled_to: int = 0) -> bytes:
    """An A-ASSOCIATE-RQ; `filled_to` makes it that long (without its header) by an extended negotiation of nothing."""
    titles = called.ljust(16).encode() + calling.ljust(16).encode()
    body = struct.pack(">H2x", 1) + titles + bytes(32) + item(0x10, b"1.2.840.10008.3.1.1.1")
    for number in range(contexts):
        abstract = item(0x30, (STORAGE if number % 2 == 0 else VERIFICATION).encode())
        body += item(0x20, bytes(((2 * number + 1) % 256, 0, 0, 0)) + abstract + item(0x40, EXPLICIT_LITTLE.encode()))
    user = item(0x51, struct.pack(">L", 16384)) + item(0x52, b"1.2.3")
    if filled_to:
        extended = struct.pack(">H", len(STORAGE)) + STORAGE.encode()
        user += item(0x56, extended + bytes(filled_to - len(body) - len(user) - len(extended) - 8))
    return pdu(1, body + item(0x50, user))


def element(number: int, value: bytes) -> bytes:
    return struct.pack("<HHL", 0, number, len(value)) + value


def command(field: int = 0x0001, *, with_object: bool = True, sop_class: str = STORAGE) -> bytes:
    """A command set: C-STORE-RQ, or another by its field."""
    us = struct.Struct("<H").pack
    body = element(0x0002, sop_class.encode() + b"\0" * (len(sop_class) % 2)) + element(0x0100, us(field))
    body += element(0x0110, us(1)) + element(0x0700, us(0))
    body += element(0x0800, us(0x0001 if with_object else 0x0101)) + element(0x1000, b"1.2.34")
    return element(0x0000, struct.pack("<L", len(body))) + body


def fragment(content: bytes, *, is_command: bool = False, last: bool = True, context: int = 1) -> bytes:
    """A presentation data value."""
    return struct.pack(">LBB", len(content) + 2, context, is_command | last << 1) + content


def data(*fragments: bytes) -> bytes:
    return pdu(4, b"".join(fragments))


RELEASE = pdu(5, bytes(4))
ABORT = pdu(7, bytes(4))


class Peer:
    """One connection. `says` sends; `hears` gives the type of the PDU that answers."""

    def __init__(self, port: int, host: str = "127.0.0.1", source: str | None = None) -> None:
        self.connection = socket.create_connection((host, port), 10, (source, 0) if source else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def says(self, content: bytes, every_s: float = 0, piece: int = 1) -> None:
        """Send at once, or a piece at a time. A connection that ended meanwhile is not told of here."""
        try:
            for place in range(0, len(content), piece) if every_s else ():
                self.connection.sendall(content[place : place + piece])
                time.sleep(every_s)
            if not every_s:
                self.connection.sendall(content)
        except OSError:
            return

    def hears(self, within_s: float = 10) -> int:
        """The type of the next PDU, which is read whole; 0 where the connection ended. Errors: `TimeoutError`."""
        return self.hears_whole(within_s)[0]

    def hears_whole(self, within_s: float = 10) -> tuple[int, bytes]:
        self.connection.settimeout(within_s)
        try:
            header = self._exactly(6)
            return header[0], self._exactly(int.from_bytes(header[2:], "big"))
        except (ConnectionError, EOFError):
            return CLOSED, b""

    def _exactly(self, number: int) -> bytes:
        got = b""
        while len(got) < number:
            chunk = self.connection.recv(number - len(got))
            if not chunk:
                raise EOFError
            got += chunk
        return got


def status(answer: bytes) -> int:
    """The status (0000,0900) in the P-DATA of a response."""
    place = answer.index(struct.pack("<HHL", 0, 0x0900, 2)) + 8
    return int.from_bytes(answer[place : place + 2], "little")
