"""Fuzz target: what a DICOM peer sends, from its first byte: the request, the negotiation, PDUs, commands and objects.

The receiver's own parts over pynetdicom's, on a real connection, turned step by step in one thread so that whatever is raised is
seen. The first byte of an input says how far a sound peer has come before the rest of it is sent.
"""

import socket
import struct
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import tests.conftest  # noqa: F401 (sets Django up, which the inbox needs)

# isort: split
from pynetdicom.association import Association

from doseloop.model.errors import PeerRefused
from doseloop.receive.associations import Associations
from doseloop.receive.dimse import Port, Receiver
from doseloop.receive.dimse_limits import DimseLimits
from doseloop.receive.peers import Peers
from doseloop.receive.refusal_book import Record, RefusalBook
from doseloop.receive.server import DimseServer, House, _Seated
from doseloop.receive.waiting_room import Guest
from doseloop.store.inbox import Inbox, Origin, Receipt, Stream
from tests.receive.scripted_peer import ABORT, RELEASE, VERIFICATION, associate, command, data, fragment, pdu

_TURNS = 500
_NOTHING, _REQUESTED, _COMMANDED, _WITHIN_A_COMMAND, _AS_FRAGMENTS = range(5)
REQUEST = associate(2)
STORE = data(fragment(command(), is_command=True))
ECHO = command(0x0030, with_object=False, sop_class=VERIFICATION)


class Sink(Inbox):
    """An inbox that reads and keeps nothing."""

    def put(self, stream: Stream, origin: Origin) -> Receipt:
        size = 0
        while chunk := stream.read(65_536):
            size += len(chunk)
        return Receipt("", size, known=False)

    def check_space(self) -> None:
        return


@cache
def server() -> DimseServer:
    """A port that nobody serves."""
    folder = Path(tempfile.mkdtemp(prefix="doseloop-fuzz-"))
    peers, limits, inbox = Peers(), DimseLimits(pdu_bytes=8192, request_bytes=4096), Sink(folder, 100_000, 0)
    record = Record(lambda _: None, frozenset, lambda: None)
    receiver = Receiver("DOSELOOP", (Port("127.0.0.1", 0),), inbox, folder, record, peers, limits)
    house = House("DOSELOOP", limits, inbox, peers, Associations(limits), RefusalBook(record, peers))
    return receiver.server(receiver.ports[0], house)


@cache
def listener() -> socket.socket:
    """Where the fuzzer's own connections are made."""
    return socket.create_server(("127.0.0.1", 0))


def one(content: bytes) -> None:
    """Let one peer say it, hang up, and see the association to its end."""
    port = server()
    peer = socket.create_connection(listener().getsockname())
    connection, address = listener().accept()
    try:
        peer.sendall(spoken(content))
        peer.shutdown(socket.SHUT_WR)
        guest = Guest(connection, address, since=0.0)
        with suppress(PeerRefused):
            if guest.hear(port.house.limits) and guest.request is not None:
                turn(seat(port, guest))
    finally:
        for end in (peer, connection):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()


def spoken(content: bytes) -> bytes:
    """What the peer says."""
    how_far, rest = content[:1], content[1:]
    start = how_far[0] % 5 if how_far else _NOTHING
    if start == _NOTHING:
        return rest
    if start == _REQUESTED:
        return REQUEST + rest
    if start == _COMMANDED:
        return REQUEST + STORE + rest
    if start == _WITHIN_A_COMMAND:
        return REQUEST + data(fragment(rest[:8000], is_command=True)) + data(fragment(b"object"))
    return REQUEST + b"".join(data(one) for one in _fragments(rest))


def _fragments(rest: bytes) -> list[bytes]:
    """Fragments, each introduced by its length, context and control header."""
    found, place = [], 0
    while place + 3 <= len(rest):
        length, context, header = rest[place], rest[place + 1], rest[place + 2]
        body = rest[place + 3 : place + 3 + length]
        found.append(struct.pack(">LBB", len(body) + 2, context, header) + body)
        place += 3 + length
    return found


def seat(port: DimseServer, guest: Guest) -> Association:
    """The association of a guest, without its threads."""
    handler = _Seated.__new__(_Seated)
    handler.request, handler.client_address, handler.server = guest, guest.address, port
    association = handler._create_association()
    port.house.associations._standing.clear()
    return association


def turn(association: Association) -> None:
    """pynetdicom's two reactors, by hand."""
    dul, negotiated = association.dul, False
    for _ in range(_TURNS):
        if dul._kill_thread or association._kill:
            break
        if not dul.event_queue.empty():
            dul.state_machine.do_action(dul.event_queue.get_nowait())
        elif not association.dimse.msg_queue.empty():
            _serve(association)
        elif not negotiated and dul.peek_next_pdu() is not None:
            negotiated = True
            _negotiate(association)
        elif not dul._process_recv_primitive() and not _read(association) and not _serve(association):
            break
    association.dimse.drop()  # type: ignore[attr-defined]


def _read(association: Association) -> bool:
    """Read the next PDU. False where none can be."""
    reader = association.dul.socket
    return reader is not None and reader.socket is not None and association.dul._is_transport_event()


def _negotiate(association: Association) -> None:
    asked = association.dul.receive_pdu(wait=False)
    if asked is not None and hasattr(asked, "calling_ae_title"):
        association.requestor.primitive = asked
        association.acse.negotiate_association()


def _serve(association: Association) -> bool:
    """Serve the next message, else a release. False where there is neither."""
    context, message = association.dimse.get_msg(block=False)
    if message is not None:
        association._serve_request(message, context or 0)
    elif association.acse.is_release_requested():
        association.acse.send_release(is_response=True)
    else:
        return not association.dul.event_queue.empty()
    return True


def corpus() -> list[bytes]:
    """What sound peers say, at each start."""
    store = fragment(command(), is_command=True)
    said = [
        (_NOTHING, REQUEST),
        (_NOTHING, associate(8, filled_to=1500)),
        (_NOTHING, pdu(1, REQUEST[6:], declared=0xFFFFFFFF)),
        (_REQUESTED, STORE + data(fragment(bytes(300))) + RELEASE),
        (_REQUESTED, data(store, fragment(bytes(300)))),
        (_REQUESTED, data(fragment(ECHO, is_command=True, context=3)) + ABORT),
        (_COMMANDED, data(fragment(bytes(300), last=False)) + data(fragment(bytes(300)))),
        (_WITHIN_A_COMMAND, command()),
        (_WITHIN_A_COMMAND, ECHO),
        (_WITHIN_A_COMMAND, command(0x0FFF, with_object=False)),
        (_AS_FRAGMENTS, bytes((len(command()), 1, 3)) + command() + bytes((9, 1, 2)) + bytes(9)),
    ]
    return [bytes((start,)) + rest for start, rest in said]
